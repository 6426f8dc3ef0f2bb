// @NAME@: one native function, one handler, one event.
#include <orchestron/orchestron.hpp>

using namespace orchestron;

namespace {

class Greeter {
public:
    Greeter(Host host, std::string_view config) : host_(host) { (void)config; }

    /// A native function: plain arguments in, a plain result out; the fastest form.
    double add(double a, double b) { return a + b; }

    /// A handler: reads its arguments by name and answers with JSON.
    std::string greet(Call &call) {
        std::string_view name = call.text("name");
        if (name.empty()) throw Failure(ORCH_INVALID_ARGUMENT, "name must not be empty.");
        std::string greeting = "{\"greeting\":\"Hello\",\"name\":" + quote(name) + "}";
        host_.publish(call.context(), "@ID@:greeted", greeting);
        return greeting;
    }

private:
    Host host_;
};

Plugin<Greeter> declare() {
    return Plugin<Greeter>("@ID@", "0.1.0")
        .service(Service("@SYMBOL@", "0.1.0", "Greets and adds.")
                     .method(method<&Greeter::add>("add", "Adds two numbers.")
                                 .flags(ORCH_METHOD_READ | ORCH_METHOD_IDEMPOTENT | ORCH_METHOD_ANY_THREAD)
                                 .param('d', "a", "The first number.")
                                 .param('d', "b", "The second number.")
                                 .examples(R"([{"args":{"a":1,"b":2.5},"result":3.5}])"))
                     .method(method<&Greeter::greet>("greet", "Greets somebody.")
                                 .flags(ORCH_METHOD_READ)
                                 .param('s', "name", "Whom to greet.", R"("world")", R"({"maxLength":200})")
                                 .result('j', R"({"type":"object","required":["greeting","name"],
                                     "properties":{"greeting":{"type":"string"},"name":{"type":"string"}}})")
                                 .examples(R"([{"args":{},"result":{"greeting":"Hello","name":"world"}},
                                     {"args":{"name":"Ada \"A\""},"result":{"greeting":"Hello","name":"Ada \"A\""}},
                                     {"args":{"name":""},"error":"invalid_argument"}])")))
        .topic("@ID@:greeted", "Somebody was greeted.", nullptr, R"({"greeting":"Hello","name":"world"})");
}

} // namespace

ORCHESTRON_PLUGIN(@SYMBOL@, declare)
