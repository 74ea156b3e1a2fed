// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/sweep.h"

#include <algorithm>
#include <cmath>

namespace core::session::sweeps::batch_size_sweep {

namespace {

struct Spec : SweepCommon {
    std::vector<std::int64_t> sizes{16, 32, 64, 128, 256, 512, 1024};
    bool scaled = true;
    std::optional<std::int64_t> reference;
    double warmupEpochs = 2;
};

base::Fields<Spec> fields()
{
    base::Fields<Spec> all;
    all.add(
        "sizes", &Spec::sizes,
        std::make_shared<const base::List>(base::List{base::Int{.min = 1, .max = 1'000'000, .log = true}, 1, 40}),
        {"The batch sizes that are trained, all for the same number of epochs: a batch of twice the size makes half "
         "the updates.",
         "updates = epochs · ⌈rows / batch⌉", "Noisy gradients and a slow epoch.",
         "Few updates: not done learning when the epochs are over."},
        {.unit = "rows"});
    all.add(
        "scaled", &Spec::scaled, base::Flag{},
        {"A second series in which the rate grows with the batch and is warmed up (Goyal et al. 2017): it shows how "
         "much of what a large batch loses comes back.",
         "lr(B) = lr · B / reference"});
    all.add("reference", &Spec::reference, base::Int{1, 1'000'000},
            {"The batch size that the experiment's rate is right for. Empty: the experiment's own.",
             "lr(B) = lr · B / reference"},
            {.unit = "rows", .visibleWhen = {{"scaled", {true}}}, .nullWord = "the experiment's"});
    all.add("warmup_epochs", &Spec::warmupEpochs, base::Real{.min = 0, .max = 1000},
            {"Over so many epochs the scaled rate rises from the rate as it is to its full size.",
             "lr · (1 + (B / reference − 1) · epoch / warmup_epochs)",
             "A large rate meets random weights: the loss jumps at the start.",
             "Most of the training runs at rates that are too small."},
            {.unit = "epochs", .visibleWhen = {{"scaled", {true}}}});
    addSweepCommon(all);
    return all;
}

base::Error unfit(std::string message, std::string where, std::string advice)
{
    return {base::ErrorKind::Spec, std::move(message), std::move(where), std::move(advice)};
}

class BatchSizeSweep final : public SweepKind {
public:
    explicit BatchSizeSweep(Spec spec) : m_spec(std::move(spec)) { std::ranges::sort(m_spec.sizes); }

    base::Result<SweepPlan> plan(const SweepContext& context) const override
    {
        const base::Value& train = context.resolved["train"];
        const base::Value* lr = train.at("optimizer.lr");
        if (!lr)
            return unfit("has no learning rate, and no batches", "/train/optimizer", "Choose a network to train");
        const std::int64_t reference =
            m_spec.reference.value_or(train["batch_size"].isInt() ? train["batch_size"].toInt() : 32);
        SweepPlan plan;
        plan.series = {{"rate as it is", {"batch size", "rows", SweepAxis::Scale::Log2}, "lr " + figure(lr->toReal())}};
        if (m_spec.scaled)
            plan.series.push_back({"scaled, warm-up",
                                   {"batch size", "rows", SweepAxis::Scale::Log2},
                                   "lr · batch / " + std::to_string(reference)});
        for (const std::int64_t size : m_spec.sizes) {
            if (size > context.trainRows) {
                plan.notes.push_back("batch " + std::to_string(size) + " is left out: there are " +
                                     std::to_string(context.trainRows) + " training rows");
                continue;
            }
            const std::string label = "batch " + std::to_string(size);
            spread(plan, context, m_spec, {0, double(size), 0, label, {{"train.batch_size", size}}});
            if (m_spec.scaled)
                spread(plan, context, m_spec, scaled(context, size, reference, lr->toReal()));
        }
        if (plan.runs.empty())
            return unfit("every batch size is larger than the " + std::to_string(context.trainRows) + " training rows",
                         "sizes", "Name smaller sizes, or take more rows");
        return plan;
    }

    std::string closing(const SweepSummary& summary) const override
    {
        const SweepCurve& plain = summary.curves.front();
        const auto ended = [&](const SweepPoint& p) { return p.find(summary.validation()) != nullptr; };
        const auto small = std::ranges::find_if(plain.points, ended);
        const auto large = std::find_if(plain.points.rbegin(), plain.points.rend(), ended);
        if (small == plain.points.end() || &*small == &*large)
            return {};
        const double sign = summary.higherIsBetter ? 1 : -1;
        const Spread &few = *small->find(summary.validation()), &many = *large->find(summary.validation());
        const double lost = sign * (few.mean - many.mean);
        const Spread *slow = small->find("seconds_per_epoch"), *fast = large->find("seconds_per_epoch");
        std::string text = "Batch " + figure(large->x);
        if (slow && fast && fast->mean > 0)
            text += " trained " + figure(std::round(10 * slow->mean / fast->mean) / 10) +
                    "× as fast per epoch as batch " + figure(small->x) + "; its";
        else
            text += " against batch " + figure(small->x) + ": its";
        text += " validation " + summary.metric + " was " + difference(summary, std::abs(lost)) +
                (lost >= 0 ? " worse" : " better") + " (" + valued(summary, many.mean) + " against " +
                valued(summary, few.mean) + ", " + std::to_string(many.n) + (many.n == 1 ? " seed)." : " seeds).");
        const double noise = std::sqrt((few.std * few.std + many.std * many.std) / 2);
        if (many.n > 1 && std::abs(lost) < noise)
            text += " That is less than the spread over seeds.";
        if (summary.curves.size() > 1 && lost > 0)
            text += recovered(summary, *large, many, sign);
        return text;
    }

    base::Value sample() const override
    {
        using base::Object;
        return Object{{"name", "batch-size"},
                      {"data", Object{{"source", "fashion-mnist"}, {"rows", 6000}}},
                      {"model", Object{{"kind", "mlp"}, {"hidden", base::Array{64}}}},
                      {"train", Object{{"epochs", 8},
                                       {"batch_size", 16},
                                       {"optimizer", Object{{"kind", "sgd"}, {"lr", 0.002}, {"momentum", 0.9}}},
                                       {"threads", 1}}}};
    }

private:
    PlannedRun scaled(const SweepContext& context, std::int64_t size, std::int64_t reference, double lr) const
    {
        const double factor = double(size) / double(reference);
        const std::int64_t accumulate = std::max<std::int64_t>(1, context.resolved["train"]["accumulate"].toInt(1));
        const std::int64_t batches = (context.trainRows + size - 1) / size,
                           steps = (batches + accumulate - 1) / accumulate;
        PlannedRun run{1, double(size), 0, "batch " + std::to_string(size) + " scaled", {}};
        run.changes = {{"train.batch_size", size}, {"train.optimizer.lr", lr * factor}};
        if (factor > 1 && m_spec.warmupEpochs > 0) {
            run.changes.emplace_back("train.schedule.warmup_steps",
                                     std::int64_t(std::ceil(m_spec.warmupEpochs * double(steps))));
            run.changes.emplace_back("train.schedule.warmup_start_factor", 1 / factor);
        }
        return run;
    }

    static std::string recovered(const SweepSummary& summary, const SweepPoint& large, const Spread& plain, double sign)
    {
        const SweepPoint* same = summary.curves[1].at(large.x);
        const Spread* value = same ? same->find(summary.validation()) : nullptr;
        if (!value)
            return same && same->diverged > 0 ? " With the rate scaled it diverged." : "";
        const double back = sign * (value->mean - plain.mean);
        if (back <= 0)
            return " With scaled rate and warm-up nothing of it came back (" + valued(summary, value->mean) + ").";
        return " With scaled rate and warm-up " + difference(summary, back) + " of it came back (" +
               valued(summary, value->mean) + ").";
    }

    Spec m_spec;
};

}

void enroll(Sweeps& all)
{
    all.add<BatchSizeSweep>("batch_size_sweep", "Batch size and generalization",
                            "The same epochs with small and large batches: what a large batch wins in time and loses "
                            "on validation rows. A second series scales the rate with the batch and warms it up.",
                            fields());
}

}
