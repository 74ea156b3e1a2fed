// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/expression_run.h"

#include <algorithm>
#include <numeric>

namespace core::debug {

using spec::Term;
using Op = Term::Op;

namespace {

// `gradient/0.weight`, `update/0.weight` and `0.weight` are of the same.
std::string baseOf(const std::string& tensor)
{
    for (const std::string_view family : {"gradient/", "update/", "activation/", "input/"})
        if (tensor.starts_with(family))
            return tensor.substr(family.size());
    return tensor;
}

double applied(Op op, double a, double b)
{
    switch (op) {
    case Op::Add:
        return a + b;
    case Op::Subtract:
        return a - b;
    case Op::Multiply:
        return a * b;
    case Op::Divide:
        return a / b;
    case Op::Less:
        return a < b;
    case Op::LessEqual:
        return a <= b;
    case Op::Greater:
        return a > b;
    case Op::GreaterEqual:
        return a >= b;
    case Op::Equal:
        return a == b;
    case Op::NotEqual:
        return a != b;
    case Op::And:
        return a != 0 && b != 0;
    case Op::Or:
        return a != 0 || b != 0;
    default:
        return 0;
    }
}

double overWindow(const std::string& name, const std::deque<double>& values)
{
    const double n = double(values.size());
    const double sum = std::accumulate(values.begin(), values.end(), 0.0), mean = sum / n;
    if (name == "mean")
        return mean;
    if (name == "min")
        return *std::ranges::min_element(values);
    if (name == "max")
        return *std::ranges::max_element(values);
    if (name == "count")
        return double(std::ranges::count_if(values, [](double value) { return value != 0; }));
    if (name == "last")
        return values.back();
    double squares = 0, across = 0, width = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double x = double(i) - (n - 1) / 2;
        squares += (values[i] - mean) * (values[i] - mean);
        across += x * values[i];
        width += x * x;
    }
    if (name == "std")
        return std::sqrt(squares / n);
    return width > 0 ? across / width : 0; // slope, a save
}

bool isComparison(Op op)
{
    return op >= Op::Less && op <= Op::NotEqual;
}

}

ExpressionRun::ExpressionRun(Term term) : m_term(std::move(term))
{
    collect(m_term);
}

ExpressionRun::~ExpressionRun() = default;

void ExpressionRun::collect(const Term& term)
{
    if (term.op == Op::Signal)
        m_signals.push_back(&term);
    for (const Term& part : term.parts)
        collect(part);
}

std::vector<Need> ExpressionRun::needs() const
{
    std::vector<Need> all;
    const auto& known = spec::collections();
    for (const Term* term : m_signals) {
        Need need{{}, {term->name}};
        if (std::ranges::find(known, term->selection) != known.end())
            need.tensors.collections = {term->selection};
        else
            need.tensors.regexes = {term->name == "value" ? "^(" + term->selection + ")$" : term->selection};
        all.push_back(std::move(need));
    }
    return all;
}

ExpressionRun::Cells ExpressionRun::signal(const Term& term, const Moment& now) const
{
    const std::size_t need = std::size_t(std::ranges::find(m_signals, &term) - m_signals.begin());
    Cells cells;
    for (const Watched& tensor : now.tensors(need))
        cells.push_back({tensor.tensor, now.value(tensor), now.has(tensor)});
    return cells;
}

ExpressionRun::Cells ExpressionRun::window(const Term& term, const Moment& now)
{
    Cells cells = evaluate(term.parts[0], now);
    auto& windows = m_windows[&term];
    for (Cell& cell : cells) {
        std::deque<double>& values = windows[cell.tensor];
        if (cell.known)
            values.push_back(cell.value);
        if (values.size() > std::size_t(term.number))
            values.pop_front();
        cell.known = values.size() == std::size_t(term.number);
        cell.value = cell.known ? overWindow(term.name, values) : 0;
    }
    return cells;
}

// Each of one with that of the other that is of the same weight; one alone goes with all.
ExpressionRun::Cells ExpressionRun::joined(const Term& term, const Moment& now)
{
    const Cells left = evaluate(term.parts[0], now), right = evaluate(term.parts[1], now);
    const bool alone = left.size() == 1 || right.size() == 1;
    Cells cells;
    for (const Cell& a : left)
        for (const Cell& b : right) {
            if (!alone && baseOf(a.tensor) != baseOf(b.tensor))
                continue;
            const bool known = term.op == Op::Or ? a.known || b.known : a.known && b.known;
            Cell cell{left.size() == 1 && !b.tensor.empty() ? b.tensor : a.tensor,
                      applied(term.op, a.known ? a.value : 0, b.known ? b.value : 0), known, a.left, a.right};
            if (isComparison(term.op)) {
                cell.left = a.value;
                cell.right = b.value;
            } else if (term.op == Op::Or && !(a.known && a.value != 0)) {
                cell.left = b.left;
                cell.right = b.right;
            }
            cells.push_back(std::move(cell));
        }
    return cells;
}

ExpressionRun::Cells ExpressionRun::evaluate(const Term& term, const Moment& now)
{
    switch (term.op) {
    case Op::Number:
        return {{{}, term.number, true}};
    case Op::Step:
        return {{{}, double(now.step), true}};
    case Op::Signal:
        return signal(term, now);
    case Op::Window:
        return window(term, now);
    default:
        break;
    }
    if (term.parts.size() == 2)
        return joined(term, now);
    Cells cells = evaluate(term.parts[0], now);
    if (term.op != Op::OverTensors) {
        for (Cell& cell : cells) {
            const double x = cell.value;
            cell.value = term.op == Op::Negate ? -x
                         : term.op == Op::Not  ? x == 0
                         : term.name == "abs"  ? std::abs(x)
                         : term.name == "log"  ? std::log(x)
                         : term.name == "sqrt" ? std::sqrt(x)
                                               : std::isnan(x);
        }
        return cells;
    }
    std::erase_if(cells, [](const Cell& cell) { return !cell.known; });
    if (cells.empty())
        return {{{}, 0, false}};
    const auto byValue = [](const Cell& a, const Cell& b) { return a.value < b.value; };
    const Cell least = *std::ranges::min_element(cells, byValue), most = *std::ranges::max_element(cells, byValue);
    if (term.name == "any" || term.name == "largest")
        return {most};
    if (term.name == "all" || term.name == "smallest")
        return {least};
    double sum = 0;
    for (const Cell& cell : cells)
        sum += cell.value;
    return {{{}, sum / double(cells.size()), true}};
}

std::optional<ExpressionRun::Met> ExpressionRun::at(const Moment& now)
{
    const Cells cells = evaluate(m_term, now);
    const auto met = std::ranges::find_if(cells, [](const Cell& cell) { return cell.known && cell.value != 0; });
    if (met == cells.end())
        return {};
    return Met{met->tensor, met->left, met->right};
}

}
