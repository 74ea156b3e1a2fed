// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/loss.h"

#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <span>

namespace core::train::losses::triplet {

namespace {

struct Spec {
    std::int64_t embeddingDim = 32;
    double margin = 1;
    double p = 2;
    std::string mining = "semi_hard";
};

base::Fields<Spec> fields()
{
    return base::Fields<Spec>{}
        .add("embedding_dim", &Spec::embeddingDim, base::Int{2, 4096, true},
             {"Numbers that the network makes of a row. 2 can be drawn as they are.",
              {},
              "Classes overlap.",
              "More to store and to compare, and little gained."},
             {.tunable = true})
        .add("margin", &Spec::margin, base::Real{.min = 0, .aboveMin = true},
             {"How much nearer a row of the same class must be than one of another.",
              "max(0, d(a, p) − d(a, n) + margin)", "Classes touch.", "Classes are driven apart for nothing."},
             {.tunable = true, .live = true})
        .add("p", &Spec::p, base::Real{.min = 1, .max = 100}, {"The norm that distances are measured by; 2: Euclid's."},
             {.live = true})
        .add("mining", &Spec::mining, base::Choice{{"semi_hard", "hard", "all"}},
             {"Which triplets of a batch count. all: every one, most of them done with. semi_hard: to each pair of a "
              "class the nearest other that is farther than the pair, or the farthest if none is (FaceNet). hard: to "
              "each row its farthest fellow and its nearest stranger."},
             {.live = true});
}

constexpr double eps = 1e-6; // PyTorch's, on each difference

constexpr std::size_t atOnce = 1 << 20; ///< triplets

struct Triplets {
    std::vector<std::int64_t> anchors, positives, negatives; ///< rows
};

/// torch.nn.TripletMarginLoss over triplets that are found in the batch (Schroff et al. 2015, Hermans et al. 2017), the
/// mean over them.
class Triplet final : public Loss {
public:
    explicit Triplet(Spec spec) : m_spec(std::move(spec)) {}

    std::int64_t outputs(const data::DatasetInfo&) const override { return m_spec.embeddingDim; }

    at::Tensor compute(const at::Tensor& output, const at::Tensor& target) const override
    {
        const at::Tensor distances = distancesOf(output);
        at::Tensor sum = output.sum().mul(0); // so that a batch without triplets has a gradient, of 0
        forTriplets(distances, target,
                    [&](const at::Tensor&, const at::Tensor& losses) { sum = sum.add(losses.sum()); });
        return sum.div(std::max(1., weightOf(target)));
    }

    at::Tensor perItem(const at::Tensor& output, const at::Tensor& target) const override
    {
        at::NoGradGuard noGraph;
        at::Tensor each = at::zeros({output.size(0)}, output.options());
        forTriplets(distancesOf(output), target,
                    [&](const at::Tensor& anchors, const at::Tensor& losses) { each.index_add_(0, anchors, losses); });
        return each;
    }

    // How many triplets there are depends on the classes alone.
    double weightOf(const at::Tensor& target) const override
    {
        const std::vector<std::int64_t> classes = idsOf(target);
        double sum = 0;
        for (const std::int64_t one : classes) {
            const double same = double(std::ranges::count(classes, one)) - 1, other = double(classes.size()) - 1 - same;
            sum += other == 0 ? 0 : m_spec.mining == "all" ? same * other : m_spec.mining == "hard" ? same > 0 : same;
        }
        return sum;
    }

    Joins joins(const at::Tensor&) const override { return Joins::AsPairs; }
    Says says() const override { return Says::Vectors; }

private:
    Spec m_spec;

    static std::vector<std::int64_t> idsOf(const at::Tensor& target)
    {
        const at::Tensor here = target.to(at::kCPU).contiguous();
        return {here.const_data_ptr<std::int64_t>(), here.const_data_ptr<std::int64_t>() + here.numel()};
    }

    // [rows, rows]; never 0, so that its gradient is finite everywhere.
    at::Tensor distancesOf(const at::Tensor& output) const
    {
        return at::linalg_vector_norm(output.unsqueeze(1).sub(output.unsqueeze(0)).add(eps), m_spec.p, {2});
    }

    // All triplets of a large batch at once would not fit into memory.
    template <class Take>
    void forTriplets(const at::Tensor& distances, const at::Tensor& target, Take take) const
    {
        const std::vector<std::int64_t> classes = idsOf(target);
        const at::Tensor seen = distances.detach().to(at::kCPU, at::kDouble).contiguous(), flat = distances.flatten();
        const std::size_t rows = classes.size();
        Triplets found;
        for (std::size_t anchor = 0; anchor < rows; ++anchor) {
            addTriplets(anchor, classes, {seen.const_data_ptr<double>() + anchor * rows, rows}, found);
            if (found.anchors.empty() || (found.anchors.size() < atOnce && anchor + 1 < rows))
                continue;
            const auto moved = [&](const std::vector<std::int64_t>& places) {
                return at::tensor(at::ArrayRef<std::int64_t>(places), target.options());
            };
            const at::Tensor anchors = moved(found.anchors), first = anchors.mul(std::int64_t(rows));
            const auto away = [&](const std::vector<std::int64_t>& others) {
                return flat.index_select(0, first.add(moved(others)));
            };
            take(anchors, away(found.positives).sub(away(found.negatives)).add(m_spec.margin).clamp_min(0));
            found = {};
        }
    }

    void addTriplets(std::size_t anchor, const std::vector<std::int64_t>& classes, std::span<const double> away,
                     Triplets& found) const
    {
        std::vector<std::int64_t> same, other;
        for (std::size_t i = 0; i < classes.size(); ++i)
            if (i != anchor)
                (classes[i] == classes[anchor] ? same : other).push_back(std::int64_t(i));
        if (same.empty() || other.empty())
            return;
        const auto add = [&](std::int64_t positive, std::int64_t negative) {
            found.anchors.push_back(std::int64_t(anchor));
            found.positives.push_back(positive);
            found.negatives.push_back(negative);
        };
        const auto distance = [&](std::int64_t row) { return away[std::size_t(row)]; };
        if (m_spec.mining == "hard") {
            add(*std::ranges::max_element(same, {}, distance), *std::ranges::min_element(other, {}, distance));
            return;
        }
        std::ranges::stable_sort(other, {}, distance);
        for (const std::int64_t one : same)
            if (m_spec.mining == "all") {
                for (const std::int64_t stranger : other)
                    add(one, stranger);
            } else {
                const auto farther = std::ranges::upper_bound(other, distance(one), {}, distance);
                add(one, farther == other.end() ? other.back() : *farther);
            }
    }
};

}

void enroll(Losses& all)
{
    all.add<Triplet>(
        "triplet", "Triplet margin",
        "Makes vectors in which a row lies nearer to its own class than to any other, by a margin. It learns "
        "likeness rather than classes, so that new classes can be told apart later.",
        fields());
}

}
