// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/fields.h"

namespace core::base {

/// The plug-ins of one family: what forms need to know of each, and how it is made from its parameters.
/// An implementation is constructed from `(Spec, Args...)`, or by its `static Result<std::unique_ptr<Interface>>
/// make(Spec, Args...)` where making it can fail.
template <class Interface, class... Args>
class Registry {
public:
    using Made = Result<std::unique_ptr<Interface>>;

    explicit Registry(std::string family) { m_family.name = std::move(family); }

    template <class Implementation, class Spec>
    void add(std::string kind, std::string title, std::string help, Fields<Spec> fields)
    {
        m_family.entries.push_back({std::move(kind), std::move(title), std::move(help), fields.schema()});
        m_makers.push_back([fields = std::move(fields)](const Value& params, Args... args) -> Made {
            if constexpr (requires(Spec spec) { Implementation::make(spec, args...); })
                return Implementation::make(fields.read(params), args...);
            else
                return std::unique_ptr<Interface>(std::make_unique<Implementation>(fields.read(params), args...));
        });
    }

    /// `pick.params` must have been checked against the family's schema.
    Made make(const Pick& pick, Args... args) const
    {
        for (std::size_t i = 0; i < m_makers.size(); ++i)
            if (m_family.entries[i].kind == pick.kind)
                return m_makers[i](pick.params, args...);
        std::string known;
        for (const Entry& entry : m_family.entries)
            known += (known.empty() ? "" : ", ") + entry.kind;
        return Error{ErrorKind::Spec, "\"" + pick.kind + "\" is none of the " + m_family.name, m_family.name,
                     "Known: " + known};
    }

    const Family& family() const { return m_family; }

private:
    Family m_family;
    std::vector<std::function<Made(const Value&, Args...)>> m_makers;
};

}
