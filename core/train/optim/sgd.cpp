// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/optimizer_fields.h"

#include <ATen/ops/_fused_sgd.h>

namespace core::train::optim::sgd {

namespace {

struct Spec {
    double lr = 1e-3;
    double momentum = 0;
    double dampening = 0;
    double weightDecay = 0;
    bool nesterov = false;
};

const base::Fields<Spec>& fields()
{
    static const auto all = [] {
        base::Fields<Spec> made;
        addRate(made);
        made.add("momentum", &Spec::momentum, base::Real{.min = 0, .max = 1, .belowMax = true},
                 {"The share of the last move that goes on: rolls through small dents and along valleys.",
                  "b ← momentum · b + (1 − dampening) · g    w ← w − lr · b", "Zigzags across narrow valleys.",
                  "Overshoots and swings about the minimum."},
                 {.tunable = true, .live = true});
        made.add("dampening", &Spec::dampening, base::Real{.min = 0, .max = 1},
                 {"The share of a new gradient that does not enter the momentum."}, {.live = true});
        addWeightDecay(made, "L2: pulls the weights to zero. For plain SGD it is the same as decoupled decay.",
                       "g ← g + weight_decay · w");
        made.add("nesterov", &Spec::nesterov, base::Flag{},
                 {"Looks at the slope where the momentum is about to lead. Needs a momentum and no dampening.",
                  "w ← w − lr · (g + momentum · b)"});
        return made;
    }();
    return all;
}

bool fits(const Spec& spec)
{
    return !spec.nesterov || (spec.momentum > 0 && spec.dampening == 0);
}

/// torch.optim.SGD; momentum after Polyak 1964 and Sutskever et al. 2013. A parameter's first move takes its gradient
/// whole.
class Sgd final : public Optimizer {
public:
    static base::Result<std::unique_ptr<Optimizer>> make(Spec spec, const std::vector<tensor::NamedTensor>& parameters)
    {
        if (!fits(spec))
            return base::Error{base::ErrorKind::Spec, "nesterov needs a momentum above 0 and no dampening",
                               "/train/optimizer/nesterov", "Set momentum, usually 0.9, and dampening to 0"};
        return std::unique_ptr<Optimizer>(new Sgd(spec, parameters));
    }

    void update(const Work& now, double lr) override
    {
        if (momentumOr(m_spec.momentum) == 0)
            return move(now, lr, false);
        Work first, later;
        for (std::size_t i = 0; i < now.places.size(); ++i) {
            float& moves = *m_moves[now.places[i]].mutable_data_ptr<float>();
            (moves == 0 ? first : later).add(now, i);
            moves = 1;
        }
        move(first, lr, true);
        move(later, lr, false);
    }

    std::vector<tensor::NamedTensor> state() override
    {
        return named({{"moved", m_moves}, {"momentum_buffer", m_buffers}});
    }

    bool edit(const base::Value& params) override
    {
        const auto changed = edited(fields(), m_spec, params);
        if (!changed || !fits(*changed))
            return false;
        m_spec = *changed;
        return true;
    }

private:
    Sgd(Spec spec, const std::vector<tensor::NamedTensor>& parameters)
        : Optimizer(parameters),
          m_spec(spec),
          m_buffers(zerosLikeAll())
    {
        for (std::size_t i = 0; i < parameters.size(); ++i)
            m_moves.push_back(tensor::zeros({}));
    }

    void move(const Work& part, double lr, bool first)
    {
        if (part.places.empty())
            return;
        const double momentum = momentumOr(m_spec.momentum);
        const Tensors buffers = momentum == 0 ? Tensors{} : part.of(m_buffers);
        at::_fused_sgd_(part.parameters, part.gradients, buffers, part.decay(m_spec.weightDecay), momentum, lr,
                        m_spec.dampening, m_spec.nesterov, false, first);
    }

    Spec m_spec;
    Tensors m_moves; ///< 1 once a parameter has moved with momentum; on the CPU, since every step asks
    Tensors m_buffers;
};

}

void enroll(Optimizers& all)
{
    all.add<Sgd>(
        "sgd", "SGD",
        "Steps down the slope of each batch, with momentum if asked for: the plain method that the others refine.",
        fields());
}

}
