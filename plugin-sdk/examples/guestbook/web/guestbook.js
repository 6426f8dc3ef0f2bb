"use strict";
const list = document.querySelector("ul");
const input = document.querySelector("input");
const socket = new WebSocket(new URL("live", location.href.replace(/^http/, "ws")));
socket.onmessage = (event) => {
  const entry = document.createElement("li");
  entry.textContent = event.data;
  list.prepend(entry);
};
document.querySelector("form").onsubmit = (event) => {
  event.preventDefault();
  socket.send(input.value);
  input.value = "";
};
