#include <curl/curl.h>

/* libcurl's variadic functions, one for each type of argument. */
static inline CURLcode curl_set_long(CURL *curl, CURLoption option, long value) {
    return curl_easy_setopt(curl, option, value);
}
static inline CURLcode curl_set_int64(CURL *curl, CURLoption option, int64_t value) {
    return curl_easy_setopt(curl, option, (curl_off_t)value);
}
static inline CURLcode curl_set_pointer(CURL *curl, CURLoption option, const void *value) {
    return curl_easy_setopt(curl, option, value);
}
static inline CURLcode curl_set_write(CURL *curl, CURLoption option, size_t (*fn)(char *, size_t, size_t, void *)) {
    return curl_easy_setopt(curl, option, fn);
}
static inline CURLcode curl_set_open_socket(
    CURL *curl, curl_socket_t (*fn)(void *, curlsocktype, struct curl_sockaddr *)) {
    return curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, fn);
}
static inline CURLcode curl_get_long(CURL *curl, CURLINFO info, long *value) {
    return curl_easy_getinfo(curl, info, value);
}
static inline CURLcode curl_get_private(CURL *curl, void **value) {
    return curl_easy_getinfo(curl, CURLINFO_PRIVATE, value);
}
static inline CURLMcode curl_multi_set_pointer(CURLM *multi, CURLMoption option, void *value) {
    return curl_multi_setopt(multi, option, value);
}
static inline CURLMcode curl_multi_set_socket(
    CURLM *multi, int (*fn)(CURL *, curl_socket_t, int, void *, void *)) {
    return curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, fn);
}
static inline CURLMcode curl_multi_set_timer(CURLM *multi, int (*fn)(CURLM *, long, void *)) {
    return curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, fn);
}
/* The message of a finished transfer; NULL when there is none. */
static inline CURL *curl_multi_finished(CURLM *multi, CURLcode *result) {
    int left;
    for (;;) {
        CURLMsg *message = curl_multi_info_read(multi, &left);
        if (!message) return 0;
        if (message->msg != CURLMSG_DONE) continue;
        *result = message->data.result;
        return message->easy_handle;
    }
}
