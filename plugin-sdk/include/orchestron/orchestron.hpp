// orchestron/orchestron.hpp: the SDK for C++17. A plugin is a class; its member functions become methods.
//
//     struct Greeter {
//         Greeter(orchestron::Host, std::string_view config) {}
//
//         double add(double a, double b) { return a + b; }                     // a native function
//         std::string greet(orchestron::Call &call) {                         // a handler: answers with JSON
//             return "{\"hello\":" + orchestron::quote(call.text("name")) + "}";
//         }
//     };
//
//     static orchestron::Plugin<Greeter> declare() {
//         return orchestron::Plugin<Greeter>("greeter", "1.0.0")
//             .service(orchestron::Service("greeter", "1.0.0", "Greets.")
//                 .method(orchestron::method<&Greeter::add>("add", "Adds two numbers.")
//                     .flags(ORCH_METHOD_READ).param('d', "a", "The first.").param('d', "b", "The second."))
//                 .method(orchestron::method<&Greeter::greet>("greet", "Greets somebody.")
//                     .flags(ORCH_METHOD_READ).param('s', "name", "Whom to greet.")));
//     }
//
//     ORCHESTRON_PLUGIN(greeter, declare)
//
// A method fails by `throw orchestron::Failure(ORCH_NOT_FOUND, "There is no …")`. Every entry from the host has a
// barrier: any other exception is logged and becomes ORCH_INTERNAL. The texts of declarations are string literals. What
// is said nowhere else happens on the loop thread.
#ifndef ORCHESTRON_HPP
#define ORCHESTRON_HPP

#include "cpp/base.hpp"
#include "cpp/call.hpp"
#include "cpp/declare.hpp"
#include "cpp/host.hpp"
#include "cpp/mcp.hpp"
#include "cpp/outside.hpp"
#include "cpp/plugin.hpp"
#include "cpp/tracing.hpp"
#include "cpp/web.hpp"

#endif
