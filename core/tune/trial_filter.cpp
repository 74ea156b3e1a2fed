// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/trial_filter.h"

#include "core/tune/filter_node.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace core::tune {

using namespace base;

namespace {

using FilterNode = TrialFilter::Node;

constexpr std::pair<std::string_view, FilterOp> filterComparisons[] = {
    {"<=", FilterOp::LessEqual}, {">=", FilterOp::GreaterEqual}, {"==", FilterOp::Equal},
    {"!=", FilterOp::NotEqual},  {"<", FilterOp::Less},          {">", FilterOp::Greater}};

class FilterParser {
public:
    FilterParser(std::string_view text, const Space& space, const std::vector<ObjectiveSpec>& objectives)
        : m_text(text),
          m_space(space),
          m_objectives(objectives)
    {
    }

    bool isBlank()
    {
        skip();
        return m_at == m_text.size();
    }

    Result<FilterNode> whole()
    {
        if (m_text.size() > longest)
            return filterError(0, "the filter is too long", "At most " + std::to_string(longest) + " characters");
        CORE_TRY(node, disjunction());
        skip();
        if (m_at < m_text.size())
            return filterError(m_at, "\"" + std::string(m_text.substr(m_at, 12)) + "\" is left over",
                               m_text[m_at] == '=' ? "Equal is written =="
                                                   : "Operators are + - * / < <= > >= == != in and or not");
        CORE_CHECK(mustBe(node, FilterKind::Truth));
        return std::move(node);
    }

private:
    static constexpr std::size_t longest = 4096, deepest = 64;
    std::string_view m_text;
    const Space& m_space;
    const std::vector<ObjectiveSpec>& m_objectives;
    std::size_t m_at = 0, m_depth = 0;

    void skip()
    {
        while (m_at < m_text.size() && std::isspace(static_cast<unsigned char>(m_text[m_at])))
            ++m_at;
    }

    bool takes(std::string_view symbol)
    {
        skip();
        if (!m_text.substr(m_at).starts_with(symbol))
            return false;
        m_at += symbol.size();
        return true;
    }

    // A name with its dots.
    std::string_view word() const
    {
        std::size_t end = m_at;
        while (end < m_text.size() &&
               (std::isalnum(static_cast<unsigned char>(m_text[end])) || m_text[end] == '_' || m_text[end] == '.'))
            ++end;
        return m_text.substr(m_at, end - m_at);
    }

    bool takesWord(std::string_view name)
    {
        skip();
        if (word() != name)
            return false;
        m_at += name.size();
        return true;
    }

    static Status mustBe(const FilterNode& node, FilterKind kind)
    {
        if (node.kind == kind || node.kind == FilterKind::Any)
            return {};
        const std::string advice = kind == FilterKind::Truth ? "Compare it with something, such as value > 0.8"
                                   : kind == FilterKind::Number
                                       ? "Only numbers can be reckoned with and be less or more"
                                       : "Texts stand in quotes: \"completed\"";
        return filterError(node.place,
                           "this is " + kindInWords(node.kind) + ", and " + kindInWords(kind) + " is wanted", advice);
    }

    static FilterNode joined(FilterOp op, FilterKind kind, FilterNode left, FilterNode right)
    {
        const std::size_t place = left.place;
        std::vector<FilterNode> parts;
        parts.push_back(std::move(left));
        parts.push_back(std::move(right));
        return filterNode(op, kind, place, std::move(parts));
    }

    Result<FilterNode> disjunction()
    {
        if (++m_depth > deepest)
            return filterError(m_at, "brackets lie too deep in each other", "At most " + std::to_string(deepest));
        CORE_TRY(all, conjunction());
        while (takesWord("or")) {
            CORE_CHECK(mustBe(all, FilterKind::Truth));
            CORE_TRY(right, conjunction());
            CORE_CHECK(mustBe(right, FilterKind::Truth));
            all = joined(FilterOp::Or, FilterKind::Truth, std::move(all), std::move(right));
        }
        --m_depth;
        return std::move(all);
    }

    Result<FilterNode> conjunction()
    {
        CORE_TRY(all, negation());
        while (takesWord("and")) {
            CORE_CHECK(mustBe(all, FilterKind::Truth));
            CORE_TRY(right, negation());
            CORE_CHECK(mustBe(right, FilterKind::Truth));
            all = joined(FilterOp::And, FilterKind::Truth, std::move(all), std::move(right));
        }
        return std::move(all);
    }

    Result<FilterNode> negation()
    {
        skip();
        const std::size_t place = m_at;
        if (!takesWord("not"))
            return comparison();
        if (++m_depth > deepest)
            return filterError(place, "too many nots", {});
        CORE_TRY(part, negation());
        --m_depth;
        CORE_CHECK(mustBe(part, FilterKind::Truth));
        std::vector<FilterNode> parts;
        parts.push_back(std::move(part));
        return filterNode(FilterOp::Not, FilterKind::Truth, place, std::move(parts));
    }

    static Status mustCompare(FilterOp op, const FilterNode& left, const FilterNode& right)
    {
        if (op != FilterOp::Equal && op != FilterOp::NotEqual) {
            CORE_CHECK(mustBe(left, FilterKind::Number));
            return mustBe(right, FilterKind::Number);
        }
        if (left.kind != FilterKind::Any && right.kind != FilterKind::Any && left.kind != right.kind)
            return filterError(right.place, "this is " + kindInWords(right.kind) + " beside " + kindInWords(left.kind),
                               left.kind == FilterKind::Text ? "Texts stand in quotes: \"completed\""
                                                             : "Compare like with like");
        CORE_CHECK(filterFits(left, right));
        return filterFits(right, left);
    }

    Result<FilterNode> comparison()
    {
        CORE_TRY(left, sum());
        if (takesWord("in"))
            return among(std::move(left));
        for (const auto& [symbol, op] : filterComparisons)
            if (takes(symbol)) {
                CORE_TRY(right, sum());
                CORE_CHECK(mustCompare(op, left, right));
                return joined(op, FilterKind::Truth, std::move(left), std::move(right));
            }
        return std::move(left);
    }

    Result<FilterNode> among(FilterNode left)
    {
        if (!takes("("))
            return filterError(m_at, "a ( is missing", "Such as state in (\"completed\", \"stopped\")");
        const std::size_t place = left.place;
        std::vector<FilterNode> parts;
        parts.push_back(std::move(left));
        do {
            CORE_TRY(one, unary());
            if (one.op == FilterOp::Negate && one.parts[0].op == FilterOp::Constant) {
                const double number = one.parts[0].constant.toReal();
                one = filterNode(FilterOp::Constant, FilterKind::Number, one.place);
                one.constant = -number;
            }
            if (one.op != FilterOp::Constant)
                return filterError(one.place, "this is no plain value", "Such as (\"a\", \"b\") or (1, 2)");
            CORE_CHECK(mustCompare(FilterOp::Equal, parts.front(), one));
            parts.push_back(std::move(one));
        } while (takes(","));
        if (!takes(")"))
            return filterError(m_at, "a ) is missing", "The list of values is closed by it");
        return filterNode(FilterOp::In, FilterKind::Truth, place, std::move(parts));
    }

    Result<FilterNode> sum()
    {
        CORE_TRY(all, product());
        for (;;) {
            const bool plus = takes("+");
            if (!plus && !takes("-"))
                return std::move(all);
            CORE_CHECK(mustBe(all, FilterKind::Number));
            CORE_TRY(right, product());
            CORE_CHECK(mustBe(right, FilterKind::Number));
            all =
                joined(plus ? FilterOp::Add : FilterOp::Subtract, FilterKind::Number, std::move(all), std::move(right));
        }
    }

    Result<FilterNode> product()
    {
        CORE_TRY(all, unary());
        for (;;) {
            const bool times = takes("*");
            if (!times && !takes("/"))
                return std::move(all);
            CORE_CHECK(mustBe(all, FilterKind::Number));
            CORE_TRY(right, unary());
            CORE_CHECK(mustBe(right, FilterKind::Number));
            all = joined(times ? FilterOp::Multiply : FilterOp::Divide, FilterKind::Number, std::move(all),
                         std::move(right));
        }
    }

    Result<FilterNode> unary()
    {
        skip();
        const std::size_t place = m_at;
        if (!takes("-"))
            return primary();
        if (++m_depth > deepest)
            return filterError(place, "too many signs", {});
        CORE_TRY(part, unary());
        --m_depth;
        CORE_CHECK(mustBe(part, FilterKind::Number));
        std::vector<FilterNode> parts;
        parts.push_back(std::move(part));
        return filterNode(FilterOp::Negate, FilterKind::Number, place, std::move(parts));
    }

    static FilterNode constant(Value value, std::size_t place)
    {
        FilterNode node = filterNode(FilterOp::Constant, kindOf(value), place);
        node.constant = std::move(value);
        return node;
    }

    Result<FilterNode> primary()
    {
        skip();
        const std::size_t place = m_at;
        if (m_at == m_text.size())
            return filterError(m_at, "the filter ends where something is wanted", "Such as value > 0.8");
        if (takes("(")) {
            CORE_TRY(inside, disjunction());
            if (!takes(")"))
                return filterError(m_at, "a ) is missing", "The bracket opens at column " + std::to_string(place + 1));
            return std::move(inside);
        }
        const char first = m_text[m_at];
        if (first == '"' || first == '\'') {
            CORE_TRY(text, quoted());
            return constant(std::move(text), place);
        }
        if (std::isdigit(static_cast<unsigned char>(first)) || first == '.')
            return number();
        const std::string name(word());
        if (name.empty())
            return filterError(place, "\"" + std::string(m_text.substr(place, 1)) + "\" is nothing that can stand here",
                               "A name, a number or a \"text\"");
        m_at += name.size();
        if (name == "true" || name == "false")
            return constant(name == "true", place);
        if (takes("("))
            return call(name, place);
        return filterName(name, place, m_space);
    }

    Result<FilterNode> number()
    {
        double read = 0;
        const auto [end, code] = std::from_chars(m_text.data() + m_at, m_text.data() + m_text.size(), read);
        if (code != std::errc())
            return filterError(m_at, "this is no number", "Such as 0.5 or 1e-3");
        const std::size_t place = m_at;
        m_at = std::size_t(end - m_text.data());
        return constant(read, place);
    }

    Result<std::string> quoted()
    {
        const std::size_t end = m_text.find(m_text[m_at], m_at + 1);
        if (end == m_text.npos)
            return filterError(m_at, "the closing quote is missing", "Texts stand in quotes: \"completed\"");
        std::string text(m_text.substr(m_at + 1, end - m_at - 1));
        m_at = end + 1;
        return text;
    }

    Result<FilterNode> call(const std::string& name, std::size_t place)
    {
        skip();
        const std::size_t inside = m_at;
        const bool byName = name == "value" || name == "parameter";
        if (byName && (m_at == m_text.size() || (m_text[m_at] != '"' && m_text[m_at] != '\'')))
            return filterError(m_at, "a name in quotes is wanted", name + "(\"…\")");
        if (byName) {
            CORE_TRY(text, quoted());
            CORE_CHECK(closed(name, place));
            return name == "value" ? filterMetric(text, inside, m_objectives) : filterParameter(text, inside, m_space);
        }
        const bool function = std::ranges::find(filterFunctions(), name) != filterFunctions().end();
        if (!function && name != "contains" && name != "has")
            return filterError(place, "\"" + name + "\" is no function",
                               "Functions are abs, log, log10, sqrt, contains, has, value, parameter");
        CORE_TRY(first, disjunction());
        std::vector<FilterNode> parts;
        parts.push_back(std::move(first));
        if (name == "contains") {
            if (!takes(","))
                return filterError(m_at, "a second text is wanted", "Such as contains(error, \"memory\")");
            CORE_TRY(second, disjunction());
            parts.push_back(std::move(second));
            for (const FilterNode& part : parts)
                CORE_CHECK(mustBe(part, FilterKind::Text));
        }
        if (function)
            CORE_CHECK(mustBe(parts[0], FilterKind::Number));
        CORE_CHECK(closed(name, place));
        FilterNode node = filterNode(function        ? FilterOp::Function
                                     : name == "has" ? FilterOp::Has
                                                     : FilterOp::Contains,
                                     function ? FilterKind::Number : FilterKind::Truth, place, std::move(parts));
        node.name = name;
        return node;
    }

    Status closed(const std::string& name, std::size_t place)
    {
        if (takes(")"))
            return {};
        return filterError(m_at, "a ) is missing", name + "( opens at column " + std::to_string(place + 1));
    }
};

}

Result<TrialFilter> TrialFilter::parse(std::string_view text, const Space& space,
                                       const std::vector<ObjectiveSpec>& objectives)
{
    FilterParser parser(text, space, objectives);
    TrialFilter filter;
    if (parser.isBlank())
        return filter;
    CORE_TRY(root, parser.whole());
    filter.m_root = std::make_shared<const Node>(std::move(root));
    return filter;
}

bool TrialFilter::matches(const Trial& trial) const
{
    return !m_root || m_root->holds(trial);
}

}
