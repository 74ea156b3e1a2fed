// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/json_lines_reader.h"

#include "core/base/json.h"
#include "core/data/formats/cell.h"
#include "core/data/formats/column_builder.h"

#include <charconv>
#include <chrono>
#include <cmath>

namespace core::data {

namespace {

constexpr std::size_t maxColumns = 20'000;
constexpr std::int64_t maxCells = std::int64_t(1) << 28; // empty ones counted: they take memory too
constexpr std::int64_t maxSteps = 100'000'000;

// One step of a DeepAR series, as pandas' names of frequencies say.
struct Frequency {
    std::int64_t count = 1;
    double seconds = 86400;
    bool months = false;
};

base::Result<Frequency> frequencyOf(const std::string& text)
{
    Frequency made;
    const char* end = text.data() + text.size();
    const char* unit = std::from_chars(text.data(), end, made.count).ptr;
    const std::string_view name(unit, std::size_t(end - unit));
    made.months = name == "M" || name == "MS";
    made.seconds = name == "W"                    ? 7 * 86400
                   : name == "D"                  ? 86400
                   : name == "H" || name == "h"   ? 3600
                   : name == "min" || name == "T" ? 60
                                                  : 0;
    if (made.count < 1 || made.count > 1'000'000 || (!made.months && made.seconds == 0))
        return base::Error{base::ErrorKind::Spec, "\"" + text + "\" is no frequency", "/data/source/time_freq",
                           "M, W, D, H or min, with a number before it: 15min"};
    return made;
}

double timeAfter(double start, std::int64_t steps, const Frequency& frequency)
{
    if (!frequency.months)
        return start + double(steps * frequency.count) * frequency.seconds;
    using namespace std::chrono;
    const auto day = floor<days>(sys_seconds(seconds(std::int64_t(start))));
    const year_month_day date(day);
    const auto month = date.year() / date.month() + months(steps * frequency.count);
    const auto last = year_month_day_last(month.year(), month_day_last(month.month())).day();
    const sys_days then = month / std::min(date.day(), last);
    return start + double((then - day).count()) * 86400;
}

class RecordTable {
public:
    RecordTable(std::string where, const JsonLinesOptions& options) : m_where(std::move(where)), m_options(options) {}

    bool full() const { return m_rows >= m_options.maxRows; }

    /// `line` is 0 where lines mean nothing.
    base::Status add(const base::Value& record, std::int64_t line, std::int64_t place)
    {
        m_line = line;
        m_place = place;
        if (!record.isObject())
            return error("is " + std::string(record.typeName()) + " where a record should be",
                         "A record is an object: {\"height\": 1.75, \"kind\": \"a\"}");
        if (record["start"].isText() && record["target"].isArray())
            return addSeries(record);
        for (const auto& [key, value] : record.object())
            CORE_CHECK(addCell(key, value, 0));
        return endRow();
    }

    base::Result<Table> finish(std::string name) &&
    {
        if (m_rows == 0)
            return base::Error{base::ErrorKind::Data, "holds no records", m_where, {}};
        Table table{.rows = m_rows, .where = m_where, .name = std::move(name)};
        if (m_lines)
            table.lines = std::move(m_lineOf);
        if (m_series > 0) {
            table.target = "target";
            table.series = "item";
            table.task = "forecasting";
        }
        TableHints hints = m_options.hints;
        for (const ColumnBuilder& column : m_columns)
            if (m_series > 0 && column.name().starts_with("cat_"))
                hints.asText.push_back(column.name()); // DeepAR's numbers of kinds
        for (ColumnBuilder& column : m_columns)
            table.columns.push_back(std::move(column).finish(m_rows, hints));
        if (m_series > 0)
            table.columns[1].kind = ColumnKind::Time;
        return table;
    }

private:
    std::string m_where;
    const JsonLinesOptions& m_options;
    std::vector<ColumnBuilder> m_columns;
    std::unordered_map<std::string, std::size_t> m_places;
    std::vector<std::int64_t> m_lineOf;
    std::int64_t m_rows = 0, m_series = 0, m_line = 0, m_place = 0;
    bool m_lines = true;

    base::Error error(const std::string& what, std::string advice) const
    {
        return {base::ErrorKind::Data,
                (m_line > 0 ? "line " + std::to_string(m_line) : "record " + std::to_string(m_place)) + " " + what,
                m_where + (m_line > 0 ? ":" + std::to_string(m_line) : ""), std::move(advice)};
    }

    base::Status endRow()
    {
        if (std::int64_t(m_columns.size()) * (m_rows + 1) > maxCells)
            return error("makes a table of more than " + std::to_string(maxCells) + " cells",
                         "Keep the same keys in every record, or take fewer rows by data.rows");
        m_lineOf.push_back(m_line);
        m_lines = m_lines && m_line > 0;
        ++m_rows;
        return {};
    }

    base::Result<std::size_t> placeOf(const std::string& name)
    {
        const auto [found, added] = m_places.try_emplace(name, m_columns.size());
        if (added && m_columns.size() >= maxColumns)
            return error("makes more than " + std::to_string(maxColumns) + " columns",
                         "Keep long lists in a file of numbers, such as npy");
        if (added)
            m_columns.emplace_back(name);
        return found->second;
    }

    base::Status addCell(const std::string& name, const base::Value& value, int depth)
    {
        if (value.isObject() || value.isArray()) {
            if (depth > 4)
                return error("has more than 4 levels inside each other", "Keep records flat");
            std::size_t i = 0;
            for (const base::Value& item : value.array())
                CORE_CHECK(addCell(name + "_" + std::to_string(i++), item, depth + 1));
            for (const auto& [key, item] : value.object())
                CORE_CHECK(addCell(name + "." + key, item, depth + 1));
            return {};
        }
        CORE_TRY(place, placeOf(name));
        if (value.isNumber())
            m_columns[place].number(m_rows, value.toReal());
        else if (!value.isNull())
            m_columns[place].text(m_rows, value.isBool() ? (value.toBool() ? "true" : "false") : value.text());
        return {};
    }

    // A number, or nothing for null and "NaN".
    static std::optional<double> numberIn(const base::Value& value)
    {
        return value.isNumber() ? std::optional(value.toReal()) : std::nullopt;
    }

    base::Status addSeries(const base::Value& record)
    {
        CORE_TRY(frequency, frequencyOf(m_options.frequency));
        const auto start = timeOf(record["start"].text());
        if (!start)
            return error("starts at \"" + record["start"].text().substr(0, 40) + "\", which is no time",
                         "Write it as 2024-05-17 09:30:00");
        const base::Array& target = record["target"].array();
        if (std::int64_t(target.size()) > maxSteps - m_rows)
            return error("makes more than " + std::to_string(maxSteps) + " steps", "Take fewer series");
        std::vector<std::size_t> places;
        for (const char* name : {"item", "time", "target"}) {
            CORE_TRY(place, placeOf(name));
            places.push_back(place);
        }
        if (m_rows > 0 && m_series == 0)
            return error("is a series, and the records before it are none", "Keep one form in a file");
        const base::Array& more = record["dynamic_feat"].array();
        for (std::size_t f = 0; f < more.size(); ++f)
            if (more[f].array().size() < target.size())
                return error("has a dynamic_feat of " + std::to_string(more[f].array().size()) +
                                 " steps for a target of " + std::to_string(target.size()),
                             "Each dynamic_feat is at least as long as the target");
        for (std::size_t step = 0; step < target.size() && !full(); ++step) {
            if (!target[step].isNumber() && !target[step].isNull() && !isMissingCell(target[step].text()))
                return error("has a target that is " + std::string(target[step].typeName()), "Targets are numbers");
            m_columns[places[0]].text(m_rows, "item_" + std::to_string(m_series));
            m_columns[places[1]].number(m_rows, timeAfter(*start, std::int64_t(step), frequency));
            if (const auto value = numberIn(target[step]))
                m_columns[places[2]].number(m_rows, *value);
            CORE_CHECK(addCell("cat", record["cat"], 0));
            for (std::size_t f = 0; f < more.size(); ++f)
                CORE_CHECK(addCell("dynamic_feat_" + std::to_string(f), more[f].array()[step], 0));
            CORE_CHECK(endRow());
        }
        ++m_series;
        return {};
    }
};

// Python writes NaN and Infinity where JSON has no word: they are read as missing, as pandas reads them.
base::Result<base::Value> parseRecord(std::string_view text, const std::string& where)
{
    auto record = base::parseJson(text, where);
    if (record || (text.find("NaN") == text.npos && text.find("Infinity") == text.npos))
        return record;
    std::string plain;
    bool quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (quoted && c == '\\') {
            plain += text.substr(at++, 2);
            continue;
        }
        quoted = quoted != (c == '"');
        std::size_t length = 0;
        for (const std::string_view word : {"NaN", "Infinity", "-Infinity"})
            if (!quoted && text.substr(at).starts_with(word))
                length = word.size();
        plain += length > 0 ? "null" : std::string(1, c);
        at += length > 0 ? length - 1 : 0;
    }
    // What is wrong is told by the text as it stands.
    auto lenient = base::parseJson(plain, where);
    return lenient ? lenient : record;
}

// A failure of the parser's inside one line tells that line of the file.
base::Error atLine(base::Error error, const std::string& where, std::int64_t line)
{
    error.kind = base::ErrorKind::Data;
    error.message = "line " + std::to_string(line) + " is " + error.message;
    error.where = where + ":" + std::to_string(line);
    error.advice = "Each line is one JSON object: {\"height\": 1.75, \"kind\": \"a\"}";
    return error;
}

}

base::Result<Table> readJsonLines(std::string text, const std::string& where, std::string name,
                                  const JsonLinesOptions& options)
{
    if (!isUtf8(text))
        text = utf8FromLatin1(text);
    std::string_view rest = text;
    if (rest.starts_with("\xef\xbb\xbf"))
        rest.remove_prefix(3);
    RecordTable table(where, options);
    const std::size_t begin = rest.find_first_not_of(" \t\r\n");
    if (begin != rest.npos && rest[begin] == '[') {
        auto list = parseRecord(rest, where);
        if (!list) {
            base::Error error = list.error();
            error.kind = base::ErrorKind::Data;
            return error;
        }
        for (std::size_t i = 0; i < list->array().size() && !table.full(); ++i)
            CORE_CHECK(table.add(list->array()[i], 0, std::int64_t(i)));
        return std::move(table).finish(std::move(name));
    }
    for (std::int64_t line = options.firstLine; !rest.empty() && !table.full(); ++line) {
        const std::size_t end = rest.find('\n');
        const std::string_view one = trimmed(rest.substr(0, end));
        rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
        if (one.empty() || one == "\r")
            continue;
        const auto record = parseRecord(one, where);
        if (!record)
            return atLine(record.error(), where, line);
        CORE_CHECK(table.add(*record, line, 0));
    }
    return std::move(table).finish(std::move(name));
}

bool looksLikeJsonLines(std::string_view head)
{
    if (head.starts_with("\xef\xbb\xbf"))
        head.remove_prefix(3);
    const std::size_t begin = head.find_first_not_of(" \t\r\n");
    if (begin == head.npos)
        return false;
    if (head[begin] == '[') {
        const std::size_t inner = head.find_first_not_of(" \t\r\n", begin + 1);
        return inner != head.npos && head[inner] == '{';
    }
    if (head[begin] != '{')
        return false;
    const std::size_t end = head.find('\n', begin);
    const std::string_view line = trimmed(head.substr(begin, end - begin));
    // A record longer than the head cannot be seen whole.
    return end == head.npos || bool(parseRecord(line, {}));
}

}
