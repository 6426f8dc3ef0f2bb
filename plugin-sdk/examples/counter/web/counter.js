"use strict";
const button = document.querySelector("button");
const socket = new WebSocket(new URL("live", location.href.replace(/^http/, "ws")));
socket.onmessage = (event) => { button.textContent = event.data; };
button.onclick = () => socket.send("+");
