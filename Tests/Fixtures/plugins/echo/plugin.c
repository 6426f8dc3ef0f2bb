/* echo: nothing is wrong; one method for each way to declare one, each giving back what it received. */
#include "echo.h"

#define PARAM(variable, type, name, doc, default_json, schema) \
    static const orch_param variable = {sizeof(orch_param), type, {0}, name, doc, default_json, schema};
PARAM(boolean_value, 'b', "value", "True or false.", NULL, NULL)
PARAM(integer_value, 'i', "value", "An integer.", NULL, NULL)
PARAM(number_value, 'd', "value", "A number.", NULL, NULL)
PARAM(text_value, 's', "value", "A text.", NULL, NULL)
PARAM(bytes_value, 'y', "value", "Some bytes.", NULL, NULL)
PARAM(json_value, 'j', "value", "Any JSON.", NULL, NULL)
PARAM(boolean, 'b', "boolean", "True or false.", NULL, NULL)
PARAM(integer, 'i', "integer", "An integer.", NULL, NULL)
PARAM(number, 'd', "number", "A number.", NULL, NULL)
PARAM(text, 's', "text", "A text.", NULL, NULL)
PARAM(bytes, 'y', "bytes", "Some bytes.", NULL, NULL)
PARAM(json, 'j', "json", "Any JSON.", NULL, NULL)
PARAM(times, 'i', "times", "How often, 0 to 1000.", "1", NULL)
PARAM(separator, 's', "separator", "What stands between.", "\"\"", NULL)
PARAM(color, 's', "color", "One of three.", "\"red\"", "{\"enum\":[\"red\",\"green\",\"blue\"]}")
PARAM(status, 'i', "status", "Number of a status.", NULL, "{\"minimum\":1,\"maximum\":99}")
PARAM(message, 's', "message", "What went wrong.", NULL, NULL)
PARAM(ms, 'i', "ms", "Milliseconds.", NULL, "{\"minimum\":0,\"maximum\":60000}")
PARAM(count, 'i', "count", "How many chunks.", NULL, "{\"minimum\":0,\"maximum\":1000000}")
PARAM(size, 'i', "size", "Bytes of padding in each.", "0", "{\"minimum\":0,\"maximum\":1000000}")
PARAM(note, 's', "note", "May be left out.", "null", NULL)
PARAM(filter, 'j', "filter", "An object.", "{}",
      "{\"type\":\"object\",\"properties\":{\"due\":{\"type\":\"string\",\"format\":\"date\"}},"
      "\"additionalProperties\":false}")

#define PARAMS(name, ...) static const orch_param *const name##_params[] = {__VA_ARGS__};
PARAMS(boolean, &boolean_value)
PARAMS(integer, &integer_value)
PARAMS(number, &number_value)
PARAMS(text, &text_value)
PARAMS(bytes, &bytes_value)
PARAMS(json, &json_value)
PARAMS(mixed, &boolean, &integer, &number, &text, &bytes, &json)
PARAMS(repeat, &text, &times, &separator)
PARAMS(color, &color)
PARAMS(fails, &status, &message)
PARAMS(ms, &ms)
PARAMS(chunks, &count, &size)
PARAMS(arguments, &text, &times, &note, &filter)

enum {
    READ = ORCH_METHOD_READ,
    NOW = ORCH_METHOD_READ | ORCH_METHOD_HANDLER | ORCH_METHOD_ANSWERS_NOW,
    LATER = ORCH_METHOD_READ | ORCH_METHOD_HANDLER
};

#define METHOD(variable, flags, name, doc, route, examples, params, result, fn)                                \
    static const orch_method variable = {sizeof(orch_method), flags, name, doc, route, NULL, examples, params, \
                                         ZOO_COUNT(params), result, {0}, NULL, ZOO_FN(fn), (void *)fn};
#define METHOD_WITHOUT_PARAMS(variable, flags, name, doc, examples, result, fn)                               \
    static const orch_method variable = {sizeof(orch_method), flags, name, doc, NULL, NULL, examples, NULL, 0, \
                                         result, {0}, NULL, ZOO_FN(fn), (void *)fn};
#define SAME(json) "[{\"args\":{\"value\":" json "},\"result\":" json "}]"

METHOD_WITHOUT_PARAMS(who, READ, "who", "Says which plugin answers.", "[{\"args\":{},\"result\":\"echo\"}]", 's',
                      echo_who)
METHOD(m_boolean, READ, "boolean", "Gives a boolean back.", NULL, SAME("true"), boolean_params, 'b', echo_boolean)
METHOD(m_integer, READ, "integer", "Gives an integer back.", "GET /api/echo/integer/{value}",
       SAME("9007199254740993"), integer_params, 'i', echo_integer)
METHOD(m_number, READ, "number", "Gives a number back.", NULL, SAME("2.5"), number_params, 'd', echo_number)
METHOD(m_text, READ, "text", "Gives a text back.", "GET /api/echo/text/{value}", SAME("\"Grüße\""), text_params, 's',
       echo_text)
METHOD(m_bytes, READ, "bytes", "Gives bytes back.", NULL, SAME("\"AAECAw==\""), bytes_params, 'y', echo_bytes)
METHOD(m_json, READ, "json", "Gives JSON back.", NULL, SAME("{\"a\":[1,null]}"), json_params, 'j', echo_json)
METHOD(h_boolean, NOW, "handleBoolean", "Gives a boolean back.", NULL, SAME("false"), boolean_params, 'b',
       echo_handle_boolean)
METHOD(h_integer, NOW, "handleInteger", "Gives an integer back.", NULL, SAME("-9223372036854775808"), integer_params,
       'i', echo_handle_integer)
METHOD(h_number, NOW, "handleNumber", "Gives a number back.", NULL, SAME("0.1"), number_params, 'd',
       echo_handle_number)
METHOD(h_text, NOW, "handleText", "Gives a text back.", NULL, SAME("\"a\\\"b\""), text_params, 's', echo_handle)
METHOD(h_bytes, NOW, "handleBytes", "Gives bytes back.", NULL, SAME("\"AAECAw==\""), bytes_params, 'y',
       echo_handle_bytes)
METHOD(h_json, NOW, "handleJson", "Gives JSON back.", "POST /api/echo/json", SAME("[true,{\"b\":2.5}]"), json_params,
       'j', echo_handle)
METHOD(mixed, READ, "mixed", "Takes one argument of each type.", NULL,
       "[{\"args\":{\"boolean\":true,\"integer\":-7,\"number\":2.5,\"text\":\"a\",\"bytes\":\"AAEC\",\"json\":[1]},"
       "\"result\":\"true -7 2.5 a 3 [1]\"}]",
       mixed_params, 's', echo_mixed)
METHOD(repeat, READ, "repeat", "Repeats a text; two of its parameters have defaults.", "POST /api/echo/repeat",
       "[{\"args\":{\"text\":\"ab\"},\"result\":\"ab\"},"
       "{\"args\":{\"text\":\"ab\",\"times\":2,\"separator\":\"-\"},\"result\":\"ab-ab\"},"
       "{\"args\":{\"text\":\"ab\",\"times\":-1},\"error\":\"out_of_range\"}]",
       repeat_params, 's', echo_repeat)
METHOD(m_color, READ, "color", "Gives one of three colours back.", NULL,
       "[{\"args\":{\"color\":\"blue\"},\"result\":\"blue\"},{\"args\":{},\"result\":\"red\"},"
       "{\"args\":{\"color\":\"pink\"},\"error\":\"invalid_argument\"}]",
       color_params, 's', echo_text)
METHOD(fails, READ, "fails", "Fails as it is told to.", NULL,
       "[{\"args\":{\"status\":5,\"message\":\"No such thing.\"},\"error\":\"not_found\"}]", fails_params, 'v',
       echo_fails)
METHOD(any_thread, READ | ORCH_METHOD_ANY_THREAD, "anyThread", "Gives a number back, on any thread.", NULL,
       SAME("1.5"), number_params, 'd', echo_number)
METHOD(worker, READ | ORCH_METHOD_WORKER, "sleep", "Sleeps on a worker and says on which thread it did: 2.", NULL,
       "[{\"args\":{\"ms\":1},\"result\":2}]", ms_params, 'i', echo_sleep)
METHOD_WITHOUT_PARAMS(h_worker, LATER | ORCH_METHOD_WORKER, "onWorker", "Says whether it runs on a worker.",
                      "[{\"args\":{},\"result\":true}]", 'b', echo_on_worker)
METHOD(slow, LATER, "slow", "Answers after a while.", NULL, "[{\"args\":{\"ms\":1},\"result\":1}]", ms_params, 'i',
       echo_slow)
METHOD_WITHOUT_PARAMS(never, LATER, "never", "Does not answer; it waits to be cancelled.", NULL, 'v', echo_never)
METHOD_WITHOUT_PARAMS(cancelled, READ, "cancelled", "Counts the calls of never.", NULL, 'j', echo_cancelled)
METHOD(chunks, LATER | ORCH_METHOD_STREAM, "chunks", "Streams chunks and answers their number.",
       "GET /api/echo/chunks/{count}", "[{\"args\":{\"count\":2},\"result\":2}]", chunks_params, 'i', echo_chunks)
METHOD(arguments, NOW, "arguments", "Gives all arguments back, defaults filled in.", NULL,
       "[{\"args\":{\"text\":\"a\",\"note\":\"n\"},"
       "\"result\":{\"text\":\"a\",\"times\":1,\"note\":\"n\",\"filter\":{}}}]",
       arguments_params, 'j', echo_arguments)
METHOD_WITHOUT_PARAMS(context, NOW, "context", "Says on whose behalf it is called.", NULL, 'j', echo_context)
METHOD(secret, READ | ORCH_METHOD_INTERNAL, "secret", "For plugins only.", NULL, SAME("\"s\""), text_params, 's',
       echo_text)
METHOD_WITHOUT_PARAMS(erase, ORCH_METHOD_HANDLER | ORCH_METHOD_DESTRUCTIVE | ORCH_METHOD_IDEMPOTENT, "erase",
                      "Sets the counters to zero.", "[{\"args\":{},\"result\":null}]", 'v', echo_erase)

static const orch_method *const methods[] = {
    &who,     &m_boolean, &m_integer, &m_number, &m_text,     &m_bytes,   &m_json,   &h_boolean, &h_integer, &h_number,
    &h_text,  &h_bytes,   &h_json,    &mixed,    &repeat,     &m_color,   &fails,    &any_thread, &worker,   &h_worker,
    &slow,    &never,     &cancelled, &chunks,   &arguments,  &context,   &secret,   &erase};

static const orch_service service = {sizeof service, 0, "echo", "1.0.0", "Gives back what it receives.", methods,
                                     ZOO_COUNT(methods)};
static const orch_service *const services[] = {&service};

static orch_status create(orch_host *host, orch_ctx *ctx, orch_str config, orch_str state, void **self) {
    (void)config, (void)state;
    echo *instance = (echo *)calloc(1, sizeof *instance);
    if (!instance) return orch_fail_f(ctx, ORCH_RESOURCE_EXHAUSTED, "Out of memory.");
    instance->host = host;
    *self = instance;
    return ORCH_OK;
}

static int64_t twice(int64_t value) { return 2 * value; }

static const void *extension(void *self, const char *id) {
    static const zoo_echo table = {sizeof table, twice};
    (void)self;
    return strcmp(id, ZOO_ECHO) == 0 ? &table : NULL;
}

static const orch_plugin plugin = {sizeof plugin, ORCH_MAGIC, ORCH_ABI_MAJOR, ORCH_ABI_MINOR, 0, "echo", "1.0.0",
                                   services, 1, NULL, 0, create, NULL, NULL, NULL, NULL, NULL, free, extension};

ORCH_PLUGIN(echo) {
    (void)host;
    return &plugin;
}
