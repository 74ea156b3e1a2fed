// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/tuning_limits.h"

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/data/formats/csv_reader.h"
#include "core/spec/check.h"
#include "core/tune/space.h"

#include <algorithm>

namespace core::session {

using base::Array;
using base::Error;
using base::ErrorKind;
using base::Object;
using base::Result;
using base::Status;
using base::Value;

namespace {

namespace fs = std::filesystem;

const std::vector<std::string>& limitKeys()
{
    static const std::vector<std::string> all{"path", "min", "max", "step", "scale", "values", "type"};
    return all;
}

Error wrongLimit(const std::string& where, std::string message, std::string advice)
{
    return {ErrorKind::Data, std::move(message), where, std::move(advice)};
}

Status checkKey(const std::string& key, const std::string& where)
{
    if (std::ranges::count(limitKeys(), key))
        return {};
    const std::string near = spec::nearest(key, limitKeys());
    return wrongLimit(where, "\"" + key + "\" is nothing that limits a parameter",
                      (near.empty() ? "" : "Did you mean \"" + near + "\"? ") +
                          "Known: path, min, max, step, scale, values, type");
}

// A cell as JSON would have it: a number, true, a list; else the text itself.
Value cellValue(const std::string& text)
{
    const auto value = base::parseJson(text);
    return value && !value->isObject() ? *value : Value(text);
}

Result<Value> limitCell(const std::string& key, const std::string& text, const std::string& where)
{
    if (key == "path" || key == "scale" || key == "type")
        return Value(text);
    Value value = cellValue(text);
    if (key != "values") {
        if (!value.isNumber())
            return wrongLimit(where, key + " is \"" + text + "\", not a number", "Write one such as 0.001 or 1e-3");
        return value;
    }
    if (value.isArray())
        return value;
    Array values;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find('|', begin), text.size());
        values.push_back(cellValue(text.substr(begin, end - begin)));
        begin = end + 1;
    }
    return Value(std::move(values));
}

Result<std::vector<RangeLimit>> readLimitsCsv(const fs::path& file)
{
    data::CsvOptions options;
    options.header = true;
    options.delimiter = ',';
    options.hints.asText = limitKeys();
    CORE_TRY(table, data::readCsvFile(file, options));
    for (const data::Column& column : table.columns)
        CORE_CHECK(checkKey(column.name, file.string() + " line 1"));
    std::vector<RangeLimit> limits;
    for (std::int64_t row = 0; row < table.rows; ++row) {
        const std::int64_t line = std::size_t(row) < table.lines.size() ? table.lines[std::size_t(row)] : row + 2;
        RangeLimit limit{{}, file.string() + " line " + std::to_string(line)};
        for (const data::Column& column : table.columns) {
            if (column.kind != data::ColumnKind::Text || column.codes[std::size_t(row)] < 0)
                continue;
            const std::string& text = column.words[std::size_t(column.codes[std::size_t(row)])];
            CORE_TRY(value, limitCell(column.name, text, limit.where));
            limit.keys.set(column.name, std::move(value));
        }
        limits.push_back(std::move(limit));
    }
    return limits;
}

Result<std::vector<RangeLimit>> readLimitsJson(const fs::path& file)
{
    CORE_TRY(tree, base::readJson(file));
    if (!tree.isArray())
        return wrongLimit(file.string(), "is " + std::string(tree.typeName()) + ", not a list",
                          R"(Write [{"path": "train.optimizer.lr", "min": 1e-4, "max": 0.1}])");
    std::vector<RangeLimit> limits;
    for (std::size_t i = 0; i < tree.array().size(); ++i) {
        RangeLimit limit{{}, file.string() + "#/" + std::to_string(i)};
        const Value& each = tree.array()[i];
        if (!each.isObject())
            return wrongLimit(limit.where, "is " + std::string(each.typeName()) + ", not an object",
                              "Write {\"path\": …, \"min\": …, \"max\": …}");
        for (const auto& [key, value] : each.object()) {
            CORE_CHECK(checkKey(key, limit.where));
            const bool text = key == "path" || key == "scale" || key == "type";
            if (text ? !value.isText() : key == "values" ? !value.isArray() : !value.isNumber())
                return wrongLimit(limit.where, key + " is " + std::string(value.typeName()),
                                  text              ? "Write a text"
                                  : key == "values" ? "Write a list"
                                                    : "Write a number");
        }
        limit.keys = each.object();
        limits.push_back(std::move(limit));
    }
    return limits;
}

// Whether the entry stays within what the file says; filled with what it leaves out.
Status takeLimit(Object& entry, const RangeLimit& limit, const std::string& where)
{
    const auto number = [](const Object& object, const char* key) {
        const Value* value = object.find(key);
        return value && value->isNumber() ? std::optional(value->toReal()) : std::nullopt;
    };
    const auto beyond = [&](const char* key, bool is, const char* word) -> Status {
        if (!is)
            return {};
        return Error{ErrorKind::Spec,
                     tune::plainNumber(*number(entry, key)) + " is " + word + " " +
                         tune::plainNumber(*number(limit.keys, key)) + ", which " + limit.where + " allows",
                     where + "/" + key, "Stay within it, or change the file"};
    };
    if (const auto mine = number(entry, "min"), least = number(limit.keys, "min"); mine && least)
        CORE_CHECK(beyond("min", *mine < *least, "below"));
    if (const auto mine = number(entry, "max"), most = number(limit.keys, "max"); mine && most)
        CORE_CHECK(beyond("max", *mine > *most, "above"));
    const Value *mine = entry.find("values"), *may = limit.keys.find("values");
    if (mine && mine->isArray() && may)
        for (const Value& value : mine->array())
            if (!std::ranges::count(may->array(), value))
                return Error{ErrorKind::Spec, base::writeJson(value) + " is not among the values of " + limit.where,
                             where + "/values", "It allows " + base::writeJson(*may)};
    const bool category = mine && mine->isArray(), range = entry.find("min") || entry.find("max");
    for (const auto& [key, value] : limit.keys) {
        const bool ofRange = key == "min" || key == "max" || key == "step" || key == "scale";
        if (!entry.find(key) && !(category && ofRange) && !(range && key == "values"))
            entry.set(key, value);
    }
    return {};
}

}

Result<std::vector<RangeLimit>> readRangeLimits(const fs::path& file)
{
    CORE_TRY(head, base::readHead(file, 4096));
    const std::size_t first = head.find_first_not_of(" \t\r\n");
    const bool json = first != head.npos && (head[first] == '[' || head[first] == '{');
    auto limits = json ? readLimitsJson(file) : readLimitsCsv(file);
    if (!limits)
        return limits;
    for (std::size_t i = 0; i < limits->size(); ++i) {
        const RangeLimit& each = (*limits)[i];
        const Value* path = each.keys.find("path");
        if (!path || path->text().empty())
            return wrongLimit(each.where, "names no path", "Such as train.optimizer.lr");
        for (std::size_t j = 0; j < i; ++j)
            if (*(*limits)[j].keys.find("path") == *path)
                return wrongLimit(each.where, "\"" + path->text() + "\" is there twice", "Name each path once");
    }
    return limits;
}

Status applyLimits(Value& tuning, const fs::path& folder)
{
    const Value* named = tuning.isObject() ? tuning.object().find("limits") : nullptr;
    if (!named || !named->isText() || named->text().empty())
        return {};
    CORE_TRY(limits, readRangeLimits(folder / named->text()));
    Value* parameters = tuning.object().find("parameters");
    if (!parameters || parameters->isNull() || (parameters->isArray() && parameters->array().empty())) {
        Array all;
        for (RangeLimit& each : limits)
            all.push_back(std::move(each.keys));
        tuning.object().set("parameters", std::move(all));
        return {};
    }
    if (!parameters->isArray())
        return {}; // the check of the part says what is wrong with it
    for (std::size_t i = 0; i < parameters->array().size(); ++i) {
        Value& entry = parameters->array()[i];
        if (!entry.isObject())
            continue;
        for (const RangeLimit& each : limits)
            if (entry["path"] == *each.keys.find("path"))
                CORE_CHECK(takeLimit(entry.object(), each, "/tuning/parameters/" + std::to_string(i)));
    }
    return {};
}

Result<tune::Limits> shippedLimits()
{
    const fs::path file = fs::path(DESCENT_TABLES) / "tuning_limits.json";
    std::error_code none;
    return fs::exists(file, none) ? tune::readLimits(file) : Result<tune::Limits>(tune::Limits{});
}

}
