// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/tensor/tensor.h"

#include <functional>

namespace core::train {

/// What one parameter has of its own; parameters with equal rules are a group, as PyTorch's parameter groups.
struct ParameterRule {
    double rate = 1;    ///< times the step's rate; 0: frozen, left out of every update
    bool decays = true; ///< `weight_decay` pulls at it

    bool operator==(const ParameterRule&) const = default;
};

/// Moves parameters along their gradients. One plug-in of `core/train/optim`, with PyTorch's parameter names,
/// defaults and steps. The plug-in's Spec has a field `lr`; the rate of each step comes from the schedule.
class Optimizer {
public:
    /// The loss of the step's rows under the weights of the moment; leaves their gradients behind.
    using Evaluate = std::function<double()>;

    explicit Optimizer(std::vector<tensor::NamedTensor> parameters);
    virtual ~Optimizer() = default;

    /// One update with rate `lr` from the parameters' `.grad()`; a parameter without a gradient stays.
    void step(double lr, const Evaluate& evaluate = {});
    /// Whether a step calls `evaluate`, the first time for the weights before it.
    virtual bool looksAgain() const { return false; }
    /// One rule for each parameter; an error names what this optimizer cannot give to some of them alone.
    virtual base::Status setRules(const std::vector<ParameterRule>& rules);
    /// From now on in place of the Spec's `momentum` or β₁; those without either take no notice.
    void setMomentum(std::optional<double> momentum) { m_momentum = momentum; }
    /// Everything that the next step depends on besides parameters and gradients, named `<state>/<parameter>`
    /// (`exp_avg/0.weight`); the tensors are the live ones, complete before the first step.
    virtual std::vector<tensor::NamedTensor> state() = 0;
    /// Takes over a state saved under the same names; an error names what is missing or misshapen.
    base::Status load(const std::vector<base::Blob>& saved);
    /// Takes over changed parameters between two steps; false, and nothing taken, if one of them may not change.
    virtual bool edit(const base::Value& params) = 0;

protected:
    using Tensors = std::vector<at::Tensor>;
    using Scalars = std::vector<at::Scalar>;

    /// What one update works on: the parameters of a group that have a gradient.
    struct Work {
        Tensors parameters;
        Tensors gradients;
        std::vector<std::size_t> places = {}; ///< in the list of all parameters
        ParameterRule rule = {};
        const Evaluate* evaluate = nullptr;

        /// Those of `all` (one for each parameter) that belong to this work.
        Tensors of(const Tensors& all) const;
        double decay(double weightDecay) const { return rule.decays ? weightDecay : 0; }
        /// The gradients with L2 in them: g + decay · w.
        Tensors decayed(double weightDecay) const;
        void add(const Work& from, std::size_t i);
    };
    /// One group's update, without a graph; called for groups that have work.
    virtual void update(const Work& work, double lr) = 0;

    double momentumOr(double own) const { return m_momentum.value_or(own); }
    /// Zeros like each parameter.
    Tensors zerosLikeAll() const;
    /// Updates so far: a float32 scalar for each parameter, where the parameter is, as the fused kernels want them.
    Tensors counters() const;
    static void countUp(const Tensors& counters);
    /// The same on the CPU for those that compute with the numbers; one more, and what they are then.
    Tensors hostCounters() const;
    static std::vector<double> countedUp(const Tensors& counters);
    /// `<state>/<parameter>` for each list of one tensor a parameter.
    std::vector<tensor::NamedTensor> named(const std::vector<std::pair<std::string, Tensors>>& lists) const;
    /// Takes `params` over into `spec`; false, and nothing taken, if one of them differs and its field is not live.
    template <class Spec>
    static bool takeOver(const base::Fields<Spec>& fields, Spec& spec, const base::Value& params)
    {
        const auto changed = edited(fields, spec, params);
        spec = changed.value_or(spec);
        return changed.has_value();
    }
    template <class Spec>
    static std::optional<Spec> edited(const base::Fields<Spec>& fields, const Spec& spec, const base::Value& params)
    {
        base::Value all = fields.write(spec);
        for (const auto& [key, value] : params.object()) {
            if (key == "kind" || all[key] == value)
                continue;
            const base::Field* field = fields.schema().find(key);
            if (!field || !field->live)
                return {};
            all.object().set(key, value);
        }
        return fields.read(all);
    }

    std::vector<tensor::NamedTensor> m_parameters;

private:
    Work workOf(const Work& group) const;

    std::vector<Work> m_groups; ///< all parameters of each that is not frozen; no gradients
    std::optional<double> m_momentum;
};

using Optimizers = base::Registry<Optimizer, const std::vector<tensor::NamedTensor>&>;
const Optimizers& allOptimizers();

}
