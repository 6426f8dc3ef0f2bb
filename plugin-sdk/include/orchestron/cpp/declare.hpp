// orchestron/cpp/declare.hpp: declarations of methods and services.
#ifndef ORCHESTRON_CPP_DECLARE_HPP
#define ORCHESTRON_CPP_DECLARE_HPP

#include "function.hpp"

namespace orchestron {

/// A method under declaration; made by orchestron::method. Texts are string literals.
class Method {
public:
    Method(const orch_method &raw, const char *types) : raw_(raw), types_(types) {}

    /// Adds ORCH_METHOD_… flags.
    Method flags(uint32_t flags) && { return raw_.flags |= flags, std::move(*this); }
    Method route(const char *route) && { return raw_.route = route, std::move(*this); }
    Method permission(const char *permission) && { return raw_.permission = permission, std::move(*this); }
    Method examples(const char *json) && { return raw_.examples = json, std::move(*this); }

    /// The result of a handler: its type and schema. A native function brings its type.
    Method result(char type, const char *schema = nullptr) && {
        raw_.result = type;
        raw_.result_schema = schema;
        return std::move(*this);
    }

    /// Adds a parameter; without `default_json` it is required.
    Method param(char type, const char *name, const char *doc, const char *default_json = nullptr,
                 const char *schema = nullptr) && {
        orch_param param{};
        param.size = sizeof param;
        param.type = type;
        param.name = name;
        param.doc = doc;
        param.default_json = default_json;
        param.schema = schema;
        params_.push_back(param);
        return std::move(*this);
    }

    /// The declaration, valid as long as this method, which must no longer move.
    const orch_method *freeze() {
        std::string declared;
        for (auto &param : params_) {
            declared += param.type;
            pointers_.push_back(&param);
        }
        if (types_ && declared != types_)
            throw std::logic_error(std::string("the function ") + raw_.name + " takes (" + types_ + "), but (" +
                                   declared + ") is declared");
        raw_.params = pointers_.data();
        raw_.n_params = pointers_.size();
        return &raw_;
    }

private:
    orch_method raw_;
    const char *types_;
    std::vector<orch_param> params_;
    std::vector<const orch_param *> pointers_;
};

/// Declares a member function as a method: `std::string f(Call &)` is a handler, `void f(Pending)` one that answers
/// later, everything else a native function of double, int64_t, bool, std::string_view, Bytes and Json, which may take
/// a Context first; its result is void or one of them, std::string for text.
template <auto F> Method method(const char *name, const char *doc) {
    using Entry = detail::Entry<F, decltype(detail::signature(F))>;
    detail::name_of<F> = name;
    orch_method raw{};
    raw.size = sizeof raw;
    raw.flags = Entry::flags;
    raw.name = name;
    raw.doc = doc;
    raw.result = Entry::result;
    raw.fn = reinterpret_cast<void (*)()>(&Entry::call);
    return Method(raw, Entry::types);
}

/// A service under declaration.
class Service {
public:
    Service(const char *name, const char *version, const char *doc) {
        raw_.size = sizeof raw_;
        raw_.name = name;
        raw_.version = version;
        raw_.doc = doc;
    }
    Service method(Method method) && { return methods_.push_back(std::move(method)), std::move(*this); }

    /// As Method::freeze.
    const orch_service *freeze() {
        for (auto &method : methods_) pointers_.push_back(method.freeze());
        raw_.methods = pointers_.data();
        raw_.n_methods = pointers_.size();
        return &raw_;
    }

private:
    orch_service raw_{};
    std::vector<Method> methods_;
    std::vector<const orch_method *> pointers_;
};

} // namespace orchestron

#endif
