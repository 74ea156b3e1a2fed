// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spec/expression.h"

#include "core/spec/check.h"
#include "core/spec/statistic.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <regex>

namespace core::spec {

using base::Error;
using base::ErrorKind;
using base::Result;
using Op = Term::Op;
using Type = Term::Type;

namespace {

constexpr std::size_t longest = 4096, deepest = 64;
constexpr double mostValues = 1e6;

const std::vector<std::string> windows{"mean", "min", "max", "std", "slope", "count", "last"};
const std::vector<std::string> overTensors{"any", "all", "largest", "smallest", "average"};
const std::vector<std::string> functions{"abs", "log", "sqrt", "isnan"};

constexpr std::pair<std::string_view, Op> comparisons[] = {{"<=", Op::LessEqual}, {">=", Op::GreaterEqual},
                                                           {"==", Op::Equal},     {"!=", Op::NotEqual},
                                                           {"<", Op::Less},       {">", Op::Greater}};

bool among(const std::vector<std::string>& names, std::string_view name)
{
    return std::ranges::find(names, name) != names.end();
}

std::string inWords(const Term& term)
{
    return term.isTruth() ? "a condition" : "a number";
}

class Parser {
public:
    explicit Parser(std::string_view text) : m_text(text) {}

    Result<Term> whole()
    {
        if (m_text.size() > longest)
            return wrong(0, "the expression is too long", "At most " + std::to_string(longest) + " characters");
        CORE_TRY(term, disjunction());
        skip();
        if (m_at < m_text.size())
            return wrong(m_at, "\"" + std::string(m_text.substr(m_at, 12)) + "\" is left over",
                         "Operators are + - * / < <= > >= == != and or not");
        if (!term.isTruth())
            return wrong(term.place, "this is a number, not a condition", "Compare it, such as … < 1e-6");
        return term;
    }

private:
    std::string_view m_text;
    std::size_t m_at = 0, m_depth = 0;

    Error wrong(std::size_t place, const std::string& what, const std::string& advice) const
    {
        return {ErrorKind::Spec, "column " + std::to_string(place + 1) + ": " + what, {}, advice};
    }

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

    std::string_view word() const
    {
        std::size_t end = m_at;
        while (end < m_text.size() && (std::isalnum(static_cast<unsigned char>(m_text[end])) || m_text[end] == '_'))
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

    base::Status mustBe(const Term& term, bool truth) const
    {
        if (term.isTruth() == truth)
            return {};
        return wrong(term.place,
                     "this is " + inWords(term) + ", and " + (truth ? "a condition" : "a number") + " is wanted",
                     truth ? "Compare it with something" : "Conditions are joined by and, or, not");
    }

    static Type joined(const Term& left, const Term& right, bool truth)
    {
        const bool many = left.isMany() || right.isMany();
        return truth ? many ? Type::Truths : Type::Truth : many ? Type::Numbers : Type::Number;
    }

    static Term joinedTerm(Op op, Term left, Term right, bool truth)
    {
        Term term{op, joined(left, right, truth)};
        term.place = left.place;
        term.parts.push_back(std::move(left));
        term.parts.push_back(std::move(right));
        return term;
    }

    Result<Term> disjunction()
    {
        if (++m_depth > deepest)
            return wrong(m_at, "brackets lie too deep in each other", "At most " + std::to_string(deepest));
        CORE_TRY(left, conjunction());
        Term all = std::move(left);
        while (takesWord("or")) {
            CORE_CHECK(mustBe(all, true));
            CORE_TRY(right, conjunction());
            CORE_CHECK(mustBe(right, true));
            all = joinedTerm(Op::Or, std::move(all), std::move(right), true);
        }
        --m_depth;
        return all;
    }

    Result<Term> conjunction()
    {
        CORE_TRY(left, negation());
        Term all = std::move(left);
        while (takesWord("and")) {
            CORE_CHECK(mustBe(all, true));
            CORE_TRY(right, negation());
            CORE_CHECK(mustBe(right, true));
            all = joinedTerm(Op::And, std::move(all), std::move(right), true);
        }
        return all;
    }

    Result<Term> negation()
    {
        skip();
        const std::size_t place = m_at;
        if (!takesWord("not"))
            return comparison();
        if (++m_depth > deepest)
            return wrong(place, "too many nots", {});
        CORE_TRY(part, negation());
        --m_depth;
        CORE_CHECK(mustBe(part, true));
        Term term{Op::Not, part.type};
        term.place = place;
        term.parts.push_back(std::move(part));
        return term;
    }

    Result<Term> comparison()
    {
        CORE_TRY(left, sum());
        for (const auto& [symbol, op] : comparisons)
            if (takes(symbol)) {
                CORE_CHECK(mustBe(left, false));
                CORE_TRY(right, sum());
                CORE_CHECK(mustBe(right, false));
                return joinedTerm(op, std::move(left), std::move(right), true);
            }
        return std::move(left);
    }

    Result<Term> sum()
    {
        CORE_TRY(left, product());
        Term all = std::move(left);
        for (;;) {
            const Op op = takes("+") ? Op::Add : takes("-") ? Op::Subtract : Op::Number;
            if (op == Op::Number)
                return all;
            CORE_CHECK(mustBe(all, false));
            CORE_TRY(right, product());
            CORE_CHECK(mustBe(right, false));
            all = joinedTerm(op, std::move(all), std::move(right), false);
        }
    }

    Result<Term> product()
    {
        CORE_TRY(left, unary());
        Term all = std::move(left);
        for (;;) {
            const Op op = takes("*") ? Op::Multiply : takes("/") ? Op::Divide : Op::Number;
            if (op == Op::Number)
                return all;
            CORE_CHECK(mustBe(all, false));
            CORE_TRY(right, unary());
            CORE_CHECK(mustBe(right, false));
            all = joinedTerm(op, std::move(all), std::move(right), false);
        }
    }

    Result<Term> unary()
    {
        skip();
        const std::size_t place = m_at;
        if (!takes("-"))
            return primary();
        if (++m_depth > deepest)
            return wrong(place, "too many signs", {});
        CORE_TRY(part, unary());
        --m_depth;
        CORE_CHECK(mustBe(part, false));
        Term term{Op::Negate, part.type};
        term.place = place;
        term.parts.push_back(std::move(part));
        return term;
    }

    Result<Term> primary()
    {
        skip();
        const std::size_t place = m_at;
        if (m_at == m_text.size())
            return wrong(m_at, "the expression ends where something is wanted", "A number, \"a name\", or a function");
        if (takes("(")) {
            CORE_TRY(inside, disjunction());
            if (!takes(")"))
                return wrong(m_at, "a ) is missing", "The bracket opens at column " + std::to_string(place + 1));
            return std::move(inside);
        }
        if (m_text[m_at] == '"') {
            CORE_TRY(name, quoted());
            return signal("value", name, place);
        }
        if (std::isdigit(static_cast<unsigned char>(m_text[m_at])) || m_text[m_at] == '.')
            return number();
        const std::string name(word());
        if (name.empty())
            return wrong(m_at, "\"" + std::string(m_text.substr(m_at, 1)) + "\" is nothing that can stand here",
                         "A number, \"a name\", or a function");
        m_at += name.size();
        if (name == "step") {
            Term term{Op::Step};
            term.place = place;
            return term;
        }
        if (!takes("("))
            return unknown(name, place);
        return call(name, place);
    }

    Result<Term> number()
    {
        Term term;
        term.place = m_at;
        const auto [end, code] = std::from_chars(m_text.data() + m_at, m_text.data() + m_text.size(), term.number);
        if (code != std::errc())
            return wrong(m_at, "this is no number", "Such as 0.5 or 1e-6");
        m_at = std::size_t(end - m_text.data());
        return term;
    }

    Result<std::string> quoted()
    {
        const std::size_t begin = m_at + 1, end = m_text.find('"', begin);
        if (end == m_text.npos)
            return wrong(m_at, "a \" is missing", "Names stand in quotes: \"train/loss\"");
        std::string name(m_text.substr(begin, end - begin));
        try {
            const std::regex made(name);
        } catch (const std::regex_error& error) {
            return wrong(begin, "\"" + name + "\" is no regular expression: " + error.what(), "Such as gradient/.*");
        }
        if (name.empty())
            return wrong(begin, "the name is empty", "Such as \"train/loss\" or \"gradient/.*\"");
        m_at = end + 1;
        return name;
    }

    static Term signal(std::string statistic, std::string selection, std::size_t place)
    {
        Term term{Op::Signal, Type::Numbers, 0, std::move(statistic), std::move(selection)};
        term.place = place;
        return term;
    }

    Error unknown(const std::string& name, std::size_t place) const
    {
        std::vector<std::string> known{"step", "and", "or", "not"};
        for (const auto* all : {&windows, &overTensors, &functions})
            known.insert(known.end(), all->begin(), all->end());
        for (const StatisticKind& kind : statisticKinds())
            known.emplace_back(kind.name);
        const std::string near = nearest(name, known);
        return wrong(
            place, "\"" + name + "\" is no function",
            near.empty() || near == name
                ? "Functions are mean, max, slope, any, …, and statistics of tensors such as abs_mean(\"gradients\")"
                : "Did you mean \"" + near + "\"?");
    }

    Result<Term> call(const std::string& name, std::size_t place)
    {
        skip();
        const bool text = m_at < m_text.size() && m_text[m_at] == '"';
        CORE_TRY(first, disjunction());
        std::vector<Term> more;
        while (takes(",")) {
            CORE_TRY(next, disjunction());
            more.push_back(std::move(next));
        }
        if (!takes(")"))
            return wrong(m_at, "a ) is missing", name + "( opens at column " + std::to_string(place + 1));
        const bool bare = text && first.op == Op::Signal && first.name == "value";
        const bool window = among(windows, name) && (!more.empty() || name == "last");
        if (bare && !window && (statisticKind(name) || (name == "value" && more.empty())))
            return statistic(name, first, more, place);
        if (among(windows, name))
            return overWindow(name, std::move(first), more, place);
        if (!more.empty())
            return wrong(more.front().place, "\"" + name + "\" takes one argument", {});
        if (among(overTensors, name))
            return overAll(name, std::move(first), place);
        if (!among(functions, name))
            return statisticKind(name) ? wrong(first.place, "\"" + name + "\" is a statistic of tensors",
                                               "Name them: " + name + "(\"gradients\")")
                                       : unknown(name, place);
        CORE_CHECK(mustBe(first, false));
        const bool truth = name == "isnan";
        Term term{Op::Function,
                  first.isMany() ? truth ? Type::Truths : Type::Numbers
                  : truth        ? Type::Truth
                                 : Type::Number,
                  0, name};
        term.place = place;
        term.parts.push_back(std::move(first));
        return term;
    }

    Result<Term> statistic(const std::string& name, const Term& of, const std::vector<Term>& more, std::size_t place)
    {
        if (name == "value")
            return signal(name, of.selection, place);
        std::string text = name;
        for (const Term& argument : more) {
            const bool negative = argument.op == Op::Negate && argument.parts[0].op == Op::Number;
            if (argument.op != Op::Number && !negative)
                return wrong(argument.place, "a parameter of \"" + name + "\" has to be a number", {});
            char digits[32];
            const double value = negative ? -argument.parts[0].number : argument.number;
            text += (&argument == more.data() ? "(" : ",") +
                    std::string(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
        }
        const auto read = parseStatistic(text + (more.empty() ? "" : ")"));
        if (!read)
            return wrong(place, read.error().message, read.error().advice);
        return signal(spell(*read), of.selection, place);
    }

    Result<Term> overWindow(const std::string& name, Term of, const std::vector<Term>& more, std::size_t place)
    {
        const bool last = name == "last";
        if (more.size() != (last ? 0 : 1))
            return wrong(place,
                         "\"" + name + "\" takes " + (last ? "one argument" : "something and a number of values"),
                         last ? "last(\"validation/loss\")" : name + "(\"train/loss\", 20)");
        CORE_CHECK(mustBe(of, name == "count"));
        Term term{Op::Window, of.isMany() ? Type::Numbers : Type::Number, 1, name};
        term.place = place;
        if (!last) {
            term.number = more[0].number;
            if (more[0].op != Op::Number || term.number < 1 || term.number > mostValues ||
                term.number != std::floor(term.number))
                return wrong(more[0].place, "the number of values has to be a whole number of 1 or more", {});
        }
        term.parts.push_back(std::move(of));
        return term;
    }

    Result<Term> overAll(const std::string& name, Term of, std::size_t place)
    {
        const bool truth = name == "any" || name == "all";
        CORE_CHECK(mustBe(of, truth));
        Term term{Op::OverTensors, truth ? Type::Truth : Type::Number, 0, name};
        term.place = place;
        term.parts.push_back(std::move(of));
        return term;
    }
};

}

Result<Term> parseExpression(std::string_view text)
{
    return Parser(text).whole();
}

}
