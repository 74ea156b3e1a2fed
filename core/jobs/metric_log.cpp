// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/metric_log.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <regex>
#include <set>

namespace core::jobs {

namespace {

// std::regex takes stack by the letter.
constexpr std::size_t longestLine = 4096;

// About a second: a search that goes back and forth over all of a long line is done by then, one whose time doubles
// with every letter is not.
constexpr std::int64_t mostLooks = 20'000'000;
constexpr int mostLongSearches = 3; ///< then a definition is given up

struct TooManyLooks {};

// A place in a line at which may be looked so often only: std::regex knows no other bound.
class BoundedLook {
public:
    using iterator_category = std::bidirectional_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    BoundedLook() = default;
    BoundedLook(const char* at, std::int64_t& left) : m_at(at), m_left(&left) {}

    const char& operator*() const
    {
        if (--*m_left < 0)
            throw TooManyLooks();
        return *m_at;
    }
    BoundedLook& operator++()
    {
        ++m_at;
        return *this;
    }
    BoundedLook operator++(int) { return std::exchange(*this, BoundedLook(m_at + 1, *m_left)); }
    BoundedLook& operator--()
    {
        --m_at;
        return *this;
    }
    BoundedLook operator--(int) { return std::exchange(*this, BoundedLook(m_at - 1, *m_left)); }
    bool operator==(const BoundedLook& other) const { return m_at == other.m_at; }

private:
    const char* m_at = nullptr;
    std::int64_t* m_left = nullptr;
};

std::optional<double> firstGroup(const std::regex& pattern, const std::string& line)
{
    std::int64_t left = mostLooks;
    const BoundedLook begin(line.data(), left), last(line.data() + line.size(), left);
    std::match_results<BoundedLook> match;
    if (!std::regex_search(begin, last, match, pattern) || match.size() < 2 || !match[1].matched)
        return std::nullopt;
    left = mostLooks;
    const std::string text(match[1].first, match[1].second);
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0')
        return std::nullopt;
    return value;
}

}

struct MetricLog::Definition {
    std::string name;
    std::regex pattern;
    int longSearches = 0;

    bool givenUp() const { return longSearches >= mostLongSearches; }

    std::optional<double> valueIn(const std::string& line)
    {
        if (givenUp())
            return std::nullopt;
        try {
            return firstGroup(pattern, line);
        } catch (const TooManyLooks&) {
            ++longSearches;
            return std::nullopt;
        }
    }
};

MetricLog::MetricLog(const std::vector<spec::MetricDefinition>& definitions)
{
    for (const auto& each : definitions)
        m_definitions.push_back({each.name, std::regex(each.regex)});
    for (const char* named : {"step", "epoch"}) {
        const auto found = std::ranges::find(m_definitions, named, &Definition::name);
        if (m_stepAt < 0 && found != m_definitions.end())
            m_stepAt = found - m_definitions.begin();
    }
}

MetricLog::MetricLog(MetricLog&&) noexcept = default;
MetricLog& MetricLog::operator=(MetricLog&&) noexcept = default;
MetricLog::~MetricLog() = default;

void MetricLog::add(std::string_view text)
{
    m_rest += text;
    std::size_t from = 0;
    for (std::size_t end = m_rest.find('\n'); end != m_rest.npos; end = m_rest.find('\n', from)) {
        line(std::string_view(m_rest).substr(from, end - from));
        from = end + 1;
    }
    m_rest.erase(0, from);
    if (m_rest.size() > longestLine)
        m_rest.resize(longestLine);
}

void MetricLog::finish()
{
    if (!m_rest.empty())
        line(m_rest);
    m_rest.clear();
}

void MetricLog::line(std::string_view text)
{
    const std::string words(text.substr(0, longestLine));
    if (m_stepAt >= 0)
        if (const auto told = m_definitions[std::size_t(m_stepAt)].valueIn(words); told && *told >= 0 && *told < 9e15)
            m_last = std::max(m_last, m_step = std::llround(*told));
    for (std::size_t i = 0; i < m_definitions.size(); ++i) {
        const auto value = std::ptrdiff_t(i) == m_stepAt ? std::nullopt : m_definitions[i].valueIn(words);
        if (!value)
            continue;
        const std::string& name = m_definitions[i].name;
        const std::int64_t step = m_stepAt < 0 ? m_counts[name]++ : std::max<std::int64_t>(0, m_step);
        m_values[name][step] = *value;
        m_told.push_back({name, step, *value});
        m_last = std::max(m_last, step);
    }
}

std::vector<std::string> MetricLog::names() const
{
    std::vector<std::string> all;
    for (std::size_t i = 0; i < m_definitions.size(); ++i)
        if (std::ptrdiff_t(i) != m_stepAt)
            all.push_back(m_definitions[i].name);
    return all;
}

std::vector<base::Error> MetricLog::problems() const
{
    std::vector<base::Error> all;
    for (std::size_t i = 0; i < m_definitions.size(); ++i)
        if (const Definition& each = m_definitions[i]; each.longSearches > 0)
            all.push_back(
                {base::ErrorKind::Spec,
                 "the regular expression of \"" + each.name +
                     "\" takes too long: " + (each.givenUp() ? "it was given up after " : "it was not used on ") +
                     std::to_string(each.longSearches) + (each.longSearches == 1 ? " line" : " lines") + " of the log",
                 "/job/metric_definitions/" + std::to_string(i) + "/regex",
                 "Repeat nothing that repeats itself, as (a+)+ does"});
    return all;
}

std::map<std::string, std::vector<MetricLog::Point>> MetricLog::scalars() const
{
    std::map<std::string, std::vector<Point>> all;
    for (const auto& [name, values] : m_values)
        for (const auto& [step, value] : values)
            all[name].push_back({step, value});
    return all;
}

std::string MetricLog::csv() const
{
    std::set<std::int64_t> steps;
    std::string text = "step";
    for (const auto& [name, values] : m_values) {
        std::string quoted;
        for (const char c : name)
            quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
        text += ",\"" + quoted + "\"";
        for (const auto& [step, value] : values)
            steps.insert(step);
    }
    text += "\n";
    for (const std::int64_t step : steps) {
        text += std::to_string(step);
        for (const auto& [name, values] : m_values) {
            const auto found = values.find(step);
            char digits[32] = "";
            if (found != values.end())
                std::snprintf(digits, sizeof digits, "%.17g", found->second);
            text += "," + std::string(digits);
        }
        text += "\n";
    }
    return text;
}

}
