// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/early_stopping.h"
#include "core/train/schedule.h"

#include <algorithm>
#include <cmath>

namespace core::train::schedules::reduce_on_plateau {

namespace {

struct Spec {
    std::string metric = "validation/loss";
    std::string mode = "auto";
    double factor = 0.1;
    std::int64_t patience = 10;
    double threshold = 1e-4;
    std::string thresholdMode = "rel";
    std::int64_t cooldown = 0;
    double minLr = 0;
    double eps = 1e-8;
};

base::Fields<Spec> fields()
{
    return base::Fields<Spec>{}
        .add("metric", &Spec::metric, base::Text{},
             {"The figure that is watched, such as validation/loss or validation/accuracy."}, {.live = true})
        .add("mode", &Spec::mode, base::Choice{{"auto", "min", "max"}},
             {"Whether smaller or larger is better. auto knows it from the metric."}, {.live = true})
        .add("factor", &Spec::factor, base::Real{.min = 0, .max = 1, .aboveMin = true, .belowMax = true},
             {"What the rate is multiplied with when the figure has stopped improving.", "lr ← lr · factor",
              "After one fall nothing moves any more.", "Many small falls that change little."},
             {.tunable = true, .live = true})
        .add("patience", &Spec::patience, base::Int{0, 100000},
             {"Evaluations without an improvement that are borne; the next one lowers the rate.",
              {},
              "Falls at the first bad luck of a noisy curve.",
              "The loss lies flat for long before anything happens."},
             {.unit = "epochs", .tunable = true, .live = true})
        .add("threshold", &Spec::threshold, base::Real{.min = 0, .log = true},
             {"How much better counts as better.",
              "rel: value < best · (1 − threshold)    abs: value < best − threshold"},
             {.live = true})
        .add("threshold_mode", &Spec::thresholdMode, base::Choice{{"rel", "abs"}},
             {"Whether the threshold is a share of the best or a difference."}, {.live = true})
        .add("cooldown", &Spec::cooldown, base::Int{0, 100000}, {"Evaluations after a fall that do not count."},
             {.unit = "epochs", .live = true})
        .add("min_lr", &Spec::minLr, base::Real{.min = 0, .log = true}, {"The rate never falls below this."},
             {.tunable = true, .live = true})
        .add("eps", &Spec::eps, base::Real{.min = 0, .log = true}, {"Falls by less than this are left out."},
             {.live = true});
}

/// torch.optim.lr_scheduler.ReduceLROnPlateau, told the figure at every evaluation. The rate is lr times a share that
/// only falls, so that an edit of lr scales what is left.
class ReduceOnPlateau final : public Schedule {
public:
    ReduceOnPlateau(Spec spec, const ScheduleContext& context)
        : m_spec(std::move(spec)),
          m_lr(context.lr),
          m_higher(m_spec.mode == "max" || (m_spec.mode == "auto" && higherIsBetter(m_spec.metric)))
    {
    }

    double lr(std::int64_t) const override { return m_lr * m_share; }
    std::string watched() const override { return m_spec.metric; }

    void observe(const Figures& figures, std::int64_t step) override
    {
        // A run that goes on from a pause at an evaluation makes that one again.
        if (step == std::exchange(m_seen, step))
            return;
        for (const auto& [name, value] : figures)
            if (name == m_spec.metric)
                take(value);
    }

    base::Value state() const override
    {
        base::Object state{
            {"kind", "reduce_on_plateau"}, {"metric", m_spec.metric},       {"share", m_share}, {"seen", m_seen},
            {"num_bad_epochs", m_bad},     {"cooldown_counter", m_cooldown}};
        if (m_best)
            state.set("best", *m_best);
        return state;
    }

    void load(const base::Value& state) override
    {
        if (state["kind"].text() != "reduce_on_plateau")
            return;
        m_share = state["share"].toReal(1);
        // Another figure is looked at afresh.
        if (state["metric"].text() != m_spec.metric)
            return;
        m_best = state["best"].isNumber() ? std::optional(state["best"].toReal()) : std::nullopt;
        m_seen = state["seen"].toInt(-1);
        m_bad = state["num_bad_epochs"].toInt();
        m_cooldown = state["cooldown_counter"].toInt();
    }

private:
    bool better(double value) const
    {
        if (!m_best)
            return std::isfinite(value);
        const double sign = m_higher ? 1 : -1;
        const double bar =
            m_spec.thresholdMode == "rel" ? *m_best * (1 + sign * m_spec.threshold) : *m_best + sign * m_spec.threshold;
        return m_higher ? value > bar : value < bar;
    }

    void take(double value)
    {
        if (better(value)) {
            m_best = value;
            m_bad = 0;
        } else {
            ++m_bad;
        }
        if (m_cooldown > 0) {
            --m_cooldown;
            m_bad = 0;
        }
        if (m_bad <= m_spec.patience)
            return;
        const double before = m_lr * m_share, after = std::max(before * m_spec.factor, m_spec.minLr);
        if (before - after > m_spec.eps)
            m_share = after / m_lr;
        m_cooldown = m_spec.cooldown;
        m_bad = 0;
    }

    Spec m_spec;
    double m_lr;
    bool m_higher;
    double m_share = 1;
    std::optional<double> m_best;
    std::int64_t m_bad = 0, m_cooldown = 0, m_seen = -1;
};

}

void enroll(Schedules& all)
{
    all.add<ReduceOnPlateau>("reduce_on_plateau", "Reduce on plateau",
                             "The rate falls by a factor whenever a figure has stopped improving. Its curve is not "
                             "known beforehand: what is shown is the present rate, carried on.",
                             fields());
}

}
