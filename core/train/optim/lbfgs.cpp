// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/line_search.h"
#include "core/train/optimizer_fields.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>

namespace core::train::optim::lbfgs {

namespace {

struct Spec {
    double lr = 1;
    std::int64_t maxIter = 20;
    std::optional<std::int64_t> maxEval;
    double toleranceGrad = 1e-7;
    double toleranceChange = 1e-9;
    std::int64_t historySize = 100;
    std::optional<std::string> lineSearchFn;
};

const base::Fields<Spec>& fields()
{
    static const auto all = [] {
        base::Fields<Spec> made;
        addRate(made);
        made.add("max_iter", &Spec::maxIter, base::Int{1, 100000},
                 {"Moves in one step; each looks at the step's rows again.",
                  {},
                  "Few moves are made of what a batch tells.",
                  "Fits each batch alone: use it with batch_size full."},
                 {.tunable = true, .live = true})
            .add("max_eval", &Spec::maxEval, base::Int{1, 1000000},
                 {"Looks at the step's rows in one step. Empty: a quarter more than max_iter."},
                 {.live = true, .nullWord = "auto"})
            .add("tolerance_grad", &Spec::toleranceGrad, base::Real{.min = 0, .log = true},
                 {"A step ends when no element of the gradient is larger.", "max |g| ≤ tolerance_grad"}, {.live = true})
            .add("tolerance_change", &Spec::toleranceChange, base::Real{.min = 0, .log = true},
                 {"A step ends when loss or weights change by less."}, {.live = true})
            .add("history_size", &Spec::historySize, base::Int{1, 10000},
                 {"Moves that the curvature is estimated from. Each takes twice the memory of the weights.",
                  {},
                  "Plain gradient descent.",
                  "Memory and checkpoints of hundreds of times the weights."})
            .add("line_search_fn", &Spec::lineSearchFn, base::Choice{{"strong_wolfe"}},
                 {"How far to go along each direction: as far as lr says, or to where the strong Wolfe conditions "
                  "hold.",
                  "f(w + t·d) ≤ f + c₁·t·gᵀd    |g(t)ᵀd| ≤ c₂·|gᵀd|"},
                 {.live = true, .nullWord = "none"});
        return made;
    }();
    return all;
}

// Of the doubles beside the tensors.
enum Number { iterations, kept, newest, lastMove, scale, numbers };

/// Liu & Nocedal 1989, as torch.optim.LBFGS: w ← w − t · H·g, H from the last changes of weights and gradients by the
/// two-loop recursion.
class Lbfgs final : public Optimizer {
public:
    Lbfgs(Spec spec, const std::vector<tensor::NamedTensor>& parameters)
        : Optimizer(parameters),
          m_spec(std::move(spec)),
          m_frozen(parameters.size(), false)
    {
        std::int64_t count = 0;
        for (const auto& named : parameters)
            count += named.tensor.numel();
        const auto options = parameters.front().tensor.options().requires_grad(false);
        m_direction = at::zeros({count}, options);
        m_gradient = at::zeros({count}, options);
        m_changes = at::zeros({m_spec.historySize, count}, options);
        m_moves = at::zeros({m_spec.historySize, count}, options);
        m_ro = tensor::zeros({m_spec.historySize}, at::kDouble);
        m_numbers = tensor::zeros({numbers}, at::kDouble);
    }

    bool looksAgain() const override { return true; }

    base::Status setRules(const std::vector<ParameterRule>& rules) override
    {
        for (std::size_t i = 0; i < rules.size(); ++i) {
            if (rules[i].rate != 0 && rules[i].rate != 1)
                return base::Error{base::ErrorKind::Spec, "lbfgs moves all weights along one direction, at one rate",
                                   "/train/layer_decay", "Set layer_decay to 1, or choose another optimizer"};
            m_frozen[i] = rules[i].rate == 0;
        }
        std::vector<ParameterRule> together = rules;
        for (ParameterRule& rule : together)
            rule.decays = true;
        return Optimizer::setRules(together);
    }

    void update(const Work& now, double lr) override
    {
        if (!*now.evaluate)
            return;
        double loss = (*now.evaluate)();
        std::int64_t looks = 1;
        at::Tensor gradient = flatGradient();
        if (largest(gradient) <= m_spec.toleranceGrad)
            return;
        const std::int64_t mostLooks = m_spec.maxEval.value_or(m_spec.maxIter * 5 / 4);
        for (std::int64_t i = 1;; ++i) {
            const bool first = ++number(iterations) == 1;
            turn(gradient, first);
            m_gradient.copy_(gradient);
            double& t = number(lastMove);
            t = first ? std::min(1.0, 1 / gradient.abs().sum().item<double>()) * lr : lr;
            const double before = loss, slope = gradient.dot(m_direction).item<double>();
            if (slope > -m_spec.toleranceChange)
                return;
            looks += go(*now.evaluate, slope, i < m_spec.maxIter, mostLooks - looks, loss, gradient);
            if (i >= m_spec.maxIter || looks >= mostLooks || largest(gradient) <= m_spec.toleranceGrad ||
                largest(m_direction.mul(t)) <= m_spec.toleranceChange ||
                std::abs(loss - before) < m_spec.toleranceChange)
                return;
        }
    }

    std::vector<tensor::NamedTensor> state() override
    {
        return {{"numbers/all", m_numbers},  {"ro/all", m_ro},
                {"d/all", m_direction},      {"prev_flat_grad/all", m_gradient},
                {"old_dirs/all", m_changes}, {"old_stps/all", m_moves}};
    }

    bool edit(const base::Value& params) override { return takeOver(fields(), m_spec, params); }

private:
    double& number(Number which) { return m_numbers.mutable_data_ptr<double>()[which]; }
    double& ro(std::int64_t place) { return m_ro.mutable_data_ptr<double>()[place]; }
    static double largest(const at::Tensor& all) { return all.abs().max().item<double>(); }

    at::Tensor flatGradient() const
    {
        Tensors parts;
        for (std::size_t i = 0; i < m_parameters.size(); ++i) {
            const at::Tensor& weight = m_parameters[i].tensor;
            const bool moves = weight.grad().defined() && !m_frozen[i];
            parts.push_back(moves ? weight.grad().reshape(-1)
                                  : at::zeros({weight.numel()}, weight.options().requires_grad(false)));
        }
        return at::cat(parts);
    }

    void move(double t)
    {
        std::int64_t from = 0;
        for (const auto& [name, weight] : m_parameters) {
            weight.add_(m_direction.narrow(0, from, weight.numel()).view_as(weight), t);
            from += weight.numel();
        }
    }

    // Takes the last move in and points m_direction along −H·g.
    void turn(const at::Tensor& gradient, bool first)
    {
        if (first) {
            number(scale) = 1;
            m_direction.copy_(gradient.neg());
            return;
        }
        remember(gradient.sub(m_gradient), m_direction.mul(number(lastMove)));
        const std::int64_t count = std::int64_t(number(kept)), size = m_spec.historySize;
        const auto place = [&](std::int64_t age) { return (std::int64_t(number(newest)) - age + size) % size; };
        std::vector<double> shares(static_cast<std::size_t>(count));
        at::Tensor q = gradient.neg();
        for (std::int64_t age = 0; age < count; ++age) {
            double& share = shares[std::size_t(age)];
            share = m_moves[place(age)].dot(q).item<double>() * ro(place(age));
            q.add_(m_changes[place(age)], -share);
        }
        m_direction.copy_(q.mul(number(scale)));
        for (std::int64_t age = count; age-- > 0;) {
            const double share = m_changes[place(age)].dot(m_direction).item<double>() * ro(place(age));
            m_direction.add_(m_moves[place(age)], shares[std::size_t(age)] - share);
        }
    }

    void remember(const at::Tensor& change, const at::Tensor& made)
    {
        const double curvature = change.dot(made).item<double>();
        if (curvature <= 1e-10)
            return;
        const std::int64_t size = m_spec.historySize;
        const std::int64_t place = number(kept) == 0 ? 0 : (std::int64_t(number(newest)) + 1) % size;
        number(newest) = double(place);
        number(kept) = std::min(number(kept) + 1, double(size));
        m_changes[place].copy_(change);
        m_moves[place].copy_(made);
        ro(place) = 1 / curvature;
        number(scale) = curvature / change.dot(change).item<double>();
    }

    // Goes along m_direction and looks there, where that is of use; how often it looked.
    std::int64_t go(const Evaluate& evaluate, double slope, bool more, std::int64_t mostLooks, double& loss,
                    at::Tensor& gradient)
    {
        double& t = number(lastMove);
        if (!m_spec.lineSearchFn) {
            move(t);
            if (!more)
                return 0;
            loss = evaluate();
            gradient = flatGradient();
            return 1;
        }
        Tensors here;
        for (const auto& named : m_parameters)
            here.push_back(named.tensor.clone());
        const auto look = [&](double far) {
            move(far);
            LinePoint point{far, evaluate(), 0, flatGradient()};
            point.slope = point.gradient.dot(m_direction).item<double>();
            for (std::size_t i = 0; i < here.size(); ++i)
                m_parameters[i].tensor.copy_(here[i]);
            return point;
        };
        const LineEnd end = strongWolfe(look, t, {0, loss, slope, gradient}, largest(m_direction), mostLooks);
        t = end.point.t;
        loss = end.point.loss;
        gradient = end.point.gradient;
        move(t);
        return end.looks;
    }

    Spec m_spec;
    std::vector<bool> m_frozen;
    at::Tensor m_direction, m_gradient, m_changes, m_moves, m_ro, m_numbers;
};

}

void enroll(Optimizers& all)
{
    all.add<Lbfgs>("lbfgs", "L-BFGS",
                   "Estimates the curvature from its last moves and jumps towards the bottom. Made for few weights and "
                   "whole data (batch_size full); noise of small batches misleads it.",
                   fields());
}

}
