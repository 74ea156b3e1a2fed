// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"

#include "core/base/files.h"
#include "core/base/plain_json.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

namespace core::base {

namespace {

constexpr std::size_t maxBytes = 64u << 20;

// Builds the tree from parser events, so that duplicates and depth are seen where they are.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
public:
    Value root;
    std::string problem;
    std::size_t place = 0;

    bool null() override { return put({}); }
    bool boolean(bool value) override { return put(value); }
    bool number_integer(number_integer_t value) override { return put(std::int64_t(value)); }
    bool number_unsigned(number_unsigned_t value) override
    {
        return value > std::uint64_t(INT64_MAX) ? put(double(value)) : put(std::int64_t(value));
    }
    bool number_float(number_float_t value, const string_t&) override { return put(double(value)); }
    bool string(string_t& value) override { return put(std::move(value)); }
    bool binary(binary_t&) override { return fail("binary content"); }
    bool start_object(std::size_t) override { return open(Object{}); }
    bool start_array(std::size_t) override { return open(Array{}); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool key(string_t& name) override
    {
        if (m_open.back()->object().find(name))
            return fail("the key \"" + name + "\" stands there twice");
        m_key = std::move(name);
        return true;
    }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& failure) override
    {
        place = position;
        std::string what = failure.what();
        // The library's message begins with its own name and place; ours is told as line and column.
        const auto colon = what.find(": ", what.find("column"));
        problem = what.substr(colon != what.npos ? colon + 2 : what.starts_with('[') ? what.find(' ') + 1 : 0);
        return false;
    }

private:
    std::vector<Value*> m_open;
    std::string m_key;

    bool fail(std::string what)
    {
        problem = std::move(what);
        return false;
    }

    Value* place_(Value value)
    {
        if (m_open.empty()) {
            root = std::move(value);
            return &root;
        }
        Value& parent = *m_open.back();
        if (parent.isArray())
            return &parent.array().emplace_back(std::move(value));
        return &parent.object().set(m_key, std::move(value));
    }

    bool put(Value value)
    {
        place_(std::move(value));
        return true;
    }

    bool open(Value value)
    {
        if (m_open.size() >= deepestJson)
            return fail("more than 64 levels");
        m_open.push_back(place_(std::move(value)));
        return true;
    }

    bool close()
    {
        m_open.pop_back();
        return true;
    }
};

std::string lineAndColumn(std::string_view text, std::size_t place)
{
    place = std::min(place, text.size());
    const auto before = text.substr(0, place);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const auto start = before.rfind('\n');
    return "line " + std::to_string(line) + ", column " + std::to_string(place - (start == before.npos ? 0 : start));
}

nlohmann::ordered_json toLibrary(const Value& value)
{
    if (value.isBool())
        return value.toBool();
    if (value.isInt())
        return value.toInt();
    if (value.isReal())
        return value.toReal();
    if (value.isText())
        return value.text();
    if (value.isArray()) {
        auto list = nlohmann::ordered_json::array();
        for (const Value& item : value.array())
            list.push_back(toLibrary(item));
        return list;
    }
    if (value.isObject()) {
        auto object = nlohmann::ordered_json::object();
        for (const auto& [key, member] : value.object())
            object[key] = toLibrary(member);
        return object;
    }
    return nullptr;
}

// Whether none of eight letters needs an escape or is no ASCII.
bool plainEight(std::uint64_t letters)
{
    constexpr std::uint64_t ones = 0x0101010101010101, high = 0x80 * ones;
    const auto anyIs = [](std::uint64_t x, std::uint64_t byte) {
        const std::uint64_t zero = x ^ (byte * ones);
        return (zero - ones) & ~zero & high;
    };
    return ((letters & high) | ((letters - 0x20 * ones) & ~letters & high) | anyIs(letters, '"') |
            anyIs(letters, '\\')) == 0;
}

void put(std::string& out, const std::string& text)
{
    bool plain = true;
    std::size_t at = 0;
    for (std::uint64_t letters = 0; plain && at + sizeof letters <= text.size(); at += sizeof letters) {
        std::memcpy(&letters, text.data() + at, sizeof letters);
        plain = plainEight(letters);
    }
    for (; plain && at < text.size(); ++at)
        plain = text[at] >= ' ' && text[at] != '"' && text[at] != '\\';
    if (plain)
        out.append(1, '"').append(text).append(1, '"');
    else
        out += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// On one line, letter for letter as the library does, in a tenth of the time: all that a run records goes through here.
void put(std::string& out, const Value& value)
{
    char digits[64];
    const char* between = "";
    if (value.isBool()) {
        out += value.toBool() ? "true" : "false";
    } else if (value.isInt()) {
        out.append(digits, std::to_chars(digits, digits + sizeof digits, value.toInt()).ptr);
    } else if (value.isReal() && std::isfinite(value.toReal())) {
        out.append(digits, nlohmann::detail::to_chars(digits, digits + sizeof digits, value.toReal()));
    } else if (value.isText()) {
        put(out, value.text());
    } else if (value.isArray()) {
        out += '[';
        for (const Value& item : value.array()) {
            out += std::exchange(between, ",");
            put(out, item);
        }
        out += ']';
    } else if (value.isObject()) {
        out += '{';
        for (const auto& [key, member] : value.object()) {
            out += std::exchange(between, ",");
            put(out, key);
            out += ':';
            put(out, member);
        }
        out += '}';
    } else {
        out += "null";
    }
}

}

Result<Value> parseJson(std::string_view text, std::string_view where)
{
    if (text.size() > maxBytes)
        return Error{ErrorKind::Spec, "more than 64 MB of JSON", std::string(where), "Keep data in data files"};
    if (auto plain = parsePlainJson(text))
        return std::move(*plain);
    Builder builder;
    if (nlohmann::json::sax_parse(text.begin(), text.end(), &builder, nlohmann::json::input_format_t::json, true, true))
        return std::move(builder.root);
    std::string place(where);
    if (builder.place > 0)
        place += ", " + lineAndColumn(text, builder.place);
    return Error{ErrorKind::Spec, "not JSON: " + builder.problem, place,
                 "Comments (//) are allowed, trailing commas are not"};
}

Result<Value> readJson(const std::filesystem::path& file)
{
    CORE_TRY(text, readFile(file, maxBytes));
    return parseJson(text, file.string());
}

std::string writeJson(const Value& value, int indent)
{
    if (indent < 0) {
        std::string text;
        put(text, value);
        return text;
    }
    return toLibrary(value).dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

}
