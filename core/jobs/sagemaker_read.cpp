// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/sagemaker_read.h"

#include "core/spec/check.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace core::jobs::sagemaker {

using namespace base;

Error wrongAt(const std::string& where, std::string message, std::string advice)
{
    return {ErrorKind::Spec, std::move(message), where, std::move(advice)};
}

Status knownKeys(const Value& object, const std::string& where, const Names& known)
{
    if (object.isNull())
        return wrongAt(where.empty() ? "/" : where, "is missing", "Write it in braces: {…}");
    if (!object.isObject())
        return wrongAt(where.empty() ? "/" : where, "is " + std::string(object.typeName()) + ", not an object",
                       "Write it in braces: {…}");
    for (const auto& [key, value] : object.object())
        if (!std::ranges::count(known, key)) {
            const std::string near = spec::nearest(key, known);
            return wrongAt(where + "/" + key, "SageMaker has no \"" + key + "\" here",
                           near.empty() ? "Remove it" : "Did you mean \"" + near + "\"?");
        }
    return {};
}

Result<std::int64_t> wholeAt(const Value& value, const std::string& where, std::int64_t least)
{
    if (!value.isInt() || value.toInt() < least)
        return wrongAt(where,
                       value.isInt() ? "is below " + std::to_string(least)
                                     : "is " + std::string(value.typeName()) + ", not a whole number",
                       "Write a whole number from " + std::to_string(least) + " on");
    return value.toInt();
}

Result<std::string> textAt(const Value& value, const std::string& where)
{
    if (value.isNull())
        return wrongAt(where, "is missing", "Write a text in quotes");
    if (!value.isText())
        return wrongAt(where, "is " + std::string(value.typeName()) + ", not a text", "Write it in quotes");
    return value.text();
}

Result<std::string> optionAt(const Value& value, const std::string& where, const Names& options)
{
    CORE_TRY(word, textAt(value, where));
    if (std::ranges::count(options, word))
        return word;
    std::string all;
    for (const std::string& option : options)
        all += (all.empty() ? "" : ", ") + option;
    const std::string near = spec::nearest(word, options);
    return wrongAt(where, "\"" + word + "\" is none of its values",
                   (near.empty() ? "" : "Did you mean \"" + near + "\"? ") + "Known: " + all);
}

Result<Value> numberAt(const Value& value, const std::string& where, bool whole)
{
    if (value.isInt() || (value.isReal() && !whole))
        return value;
    const std::string& text = value.text();
    double real = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), real);
    if (text.empty() || code != std::errc{} || end != text.data() + text.size() || !std::isfinite(real) ||
        (whole && real != std::floor(real)))
        return wrongAt(where, value.isText() ? "\"" + text + "\" is no number" : "is " + std::string(value.typeName()),
                       whole ? "Write a whole number, such as \"8\"" : "Write a number, such as \"0.001\"");
    return whole ? Value(std::int64_t(real)) : Value(real);
}

}
