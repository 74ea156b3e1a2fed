// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

namespace core::debug::rules::outlier_loss {

namespace {

struct Spec {
    std::int64_t window = 200;
    double threshold = 20;
    std::int64_t spikes = 3;
    double share = 0.5;
};

/// Of the training losses of the last `window` steps of a regression, with their median m: a step is a spike if its
/// loss is above threshold · m and those before and after it are below a third of its own. Fires, once a window, where
/// there are at least `spikes` of them and they make up more than `share` of the window's sum. A square makes an error
/// of ten a hundred times one of one (Huber 1964).
class OutlierLoss final : public Rule {
public:
    explicit OutlierLoss(Spec spec) : m_spec(spec) {}

    base::Status prepare(const RunFacts& facts) override
    {
        m_classes = !facts.classes.empty();
        return {};
    }

    std::vector<Need> needs() const override { return {{{{}, {"^train/loss$"}}, {"mean"}, {Mode::Train}}}; }

    Compared compared() const override { return {"loss of a spike / median loss", "threshold", true, true}; }

    Verdict at(const Moment& now) override
    {
        Mean step;
        addTo(step, now, 0);
        if (m_classes || step.count == 0)
            return {};
        m_losses.push_back(step.value());
        if (std::int64_t(m_losses.size()) < m_spec.window)
            return {};
        const std::vector<double> losses = std::exchange(m_losses, {});
        std::vector<double> sorted = losses;
        std::ranges::sort(sorted);
        const double median = sorted[sorted.size() / 2];
        double sum = 0, spiked = 0, most = 0;
        std::int64_t count = 0;
        for (std::size_t i = 0; i < losses.size(); ++i) {
            sum += losses[i];
            if (!isSpike(losses, i, median))
                continue;
            ++count;
            spiked += losses[i];
            most = std::max(most, losses[i]);
        }
        if (!(median > 0 && count >= m_spec.spikes && spiked > m_spec.share * sum))
            return {};
        return Hit{"train/loss", most / median, m_spec.threshold,
                   plural(count, "step", "steps") + " of " + std::to_string(m_spec.window) + " make up " +
                       figure(100 * spiked / sum) + " % of the loss, the largest of them " + figure(most / median) +
                       " times the median: a few rows decide what is learned."};
    }

private:
    Spec m_spec;
    bool m_classes = false;
    std::vector<double> m_losses;

    bool isSpike(const std::vector<double>& losses, std::size_t i, double median) const
    {
        const bool alone =
            (i == 0 || 3 * losses[i - 1] < losses[i]) && (i + 1 == losses.size() || 3 * losses[i + 1] < losses[i]);
        return alone && losses[i] > m_spec.threshold * median;
    }
};

}

void enroll(Rules& all)
{
    all.add<OutlierLoss>(
        "OutlierLoss", "A few rows decide", "Fires when single steps make up most of the loss of a regression.",
        {"A squared error gives the few rows that are far off all the say; what is learned fits them and not the rest.",
         {{"The loss squares errors, and some targets are far from the others.",
           {clue::settingIs("train.loss.kind", {"mse"})}},
          "Targets with typing errors, or in other units.",
          {"Batches are so small that one row is seen in them.", {clue::batchBelow(8)}}},
         {"mae_loss", "huber_loss", "clip"},
         true,
         true},
        base::Fields<Spec>{}
            .add("window", &Spec::window, base::Int{10, 1'000'000}, {"Steps that are looked at together."},
                 {.unit = "steps"})
            .add("threshold", &Spec::threshold, base::Real{.min = 1}, {"So many times the median is a spike."})
            .add("spikes", &Spec::spikes, base::Int{1, 1'000'000}, {"So many of them in a window."})
            .add("share", &Spec::share, base::Real{0, 1}, {"The share of the window's loss that they make up."}));
}

}
