// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

namespace core::debug::rules::non_finite_loss {

namespace {

struct Spec {};

/// Fires where a loss is NaN or infinite, and names the first tensor in which anything was before.
class NonFiniteLoss final : public Rule {
public:
    explicit NonFiniteLoss(Spec) {}

    std::vector<Need> needs() const override { return {{{{"losses"}}, {"mean"}}, {{{"all"}}, {"*"}, {}, false}}; }

    Verdict at(const Moment& now) override
    {
        if (m_first.empty())
            lookFor(now);
        for (const Watched& tensor : now.tensors(0)) {
            if (!now.has(tensor) || std::isfinite(now.value(tensor)))
                continue;
            const double value = now.value(tensor);
            const std::string first =
                m_first.empty() || m_first == tensor.tensor
                    ? "."
                    : "; it was seen first in " + m_first + " at step " + std::to_string(m_step) + ".";
            return Hit{tensor.tensor, value, 0,
                       tensor.tensor + (std::isnan(value) ? " is NaN" : " is infinite") + first,
                       m_first.empty() ? -1 : m_step};
        }
        return {};
    }

private:
    // Whatever was recorded of NaN and infinity; nothing is recorded for it.
    void lookFor(const Moment& now)
    {
        for (const Watched& tensor : now.tensors(1))
            for (std::size_t i = 0; i < tensor.sources.size(); ++i) {
                const std::string& statistic = tensor.sources[i].statistic;
                if ((statistic != "nan" && statistic != "inf") || !(now.value(tensor, i) > 0))
                    continue;
                m_first = tensor.tensor;
                m_step = now.step;
                return;
            }
    }

    std::string m_first;
    std::int64_t m_step = -1;
};

}

void enroll(Rules& all)
{
    all.add<NonFiniteLoss>(
        "NonFiniteLoss", "Loss is no number", "Fires when a loss is NaN or infinite.",
        {"From such a loss no gradient can be had: the run is over, and its weights may be spoiled.",
         {{"The learning rate is too large.",
           {clue::rateHigh(), clue::updatesAbove(0.1), clue::fired("LearningRateTooHigh"),
            clue::grewBy("train/loss", 10)}},
          {"NaN, infinite or enormous values in the data.",
           {clue::above("input_0 nan", 0), clue::above("input_0 inf", 0), clue::above("data/infinite_values", 0),
            clue::settingIs("data.normalize", {"none"}, 0.3)}},
          {"A logarithm of zero or a division by zero in the loss.",
           {clue::settingIs("train.loss.kind", {"poisson_nll", "gaussian_nll", "kl_div", "cosine"}, 0.3)}},
          {"16-bit numbers ran over.",
           {clue::settingIs("train.precision", {"16-mixed", "16-true", "bf16-mixed", "bf16-true"}, 0.6)}}},
         {"lr_down", "clip", "drop_missing", "drop_outliers", "warmup", "full_precision", "init_kaiming"},
         true},
        base::Fields<Spec>{});
}

}
