// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/model/estimator.h"
#include "core/model/forest.h"
#include "core/model/forest_signals.h"

#include <ATen/Parallel.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/zeros_like.h>

#include <nlohmann/json.hpp>
#include <xgboost/c_api.h>

#include <cmath>
#include <limits>

namespace core::model::estimators::xgboost {

namespace {

struct Spec {
    double eta = 0.3;
    std::int64_t maxDepth = 6;
    double minChildWeight = 1;
    double gamma = 0;
    double subsample = 1;
    double colsampleBytree = 1;
    double colsampleBylevel = 1;
    double colsampleBynode = 1;
    double lambda = 1;
    double alpha = 0;
    double maxDeltaStep = 0;
    double scalePosWeight = 1;
    std::string treeMethod = "hist";
    std::int64_t maxBin = 256;
    double baseScore = 0.5;
};

void addSampling(base::Fields<Spec>& all)
{
    const base::Domain share = base::Real{.min = 0, .max = 1, .aboveMin = true};
    const base::Traits free{.tunable = true, .live = true};
    all.add("subsample", &Spec::subsample, share,
            {"The share of the rows that each round draws to learn from. Which ones is decided by train.seed and the "
             "round.",
             {},
             "Trees see too little: the loss creeps and shakes.",
             "Every tree sees the same rows: overfitting is not held back."},
            free);
    all.add("colsample_bytree", &Spec::colsampleBytree, share,
            {"The share of the features that each tree may ask for."}, free);
    all.add("colsample_bylevel", &Spec::colsampleBylevel, share, {"Of those, the share that each level may ask for."},
            free);
    all.add("colsample_bynode", &Spec::colsampleBynode, share, {"Of those, the share that each split may ask for."},
            free);
}

void addPenalties(base::Fields<Spec>& all)
{
    const base::Traits free{.tunable = true, .live = true};
    all.add("lambda", &Spec::lambda, base::Real{.min = 0},
            {"L2 penalty on what leaves add: pulls them to zero.", "leaf = −Σg / (Σh + λ)",
             "Leaves follow single rows: overfitting.", "Every tree adds next to nothing."},
            free);
    all.add("alpha", &Spec::alpha, base::Real{.min = 0},
            {"L1 penalty on what leaves add: small ones become zero.", {}, {}, "Every tree adds nothing."}, free);
    all.add("max_delta_step", &Spec::maxDeltaStep, base::Real{.min = 0},
            {"The most that a leaf may add before the rate; helps where classes are very uneven. 0: no limit."}, free);
    all.add("scale_pos_weight", &Spec::scalePosWeight, base::Real{.min = 0, .aboveMin = true},
            {"How much more the rows of the second of two classes count; rows of the first / rows of the second brings "
             "them into balance."},
            free);
}

base::Fields<Spec> fields()
{
    base::Fields<Spec> all;
    const base::Traits free{.tunable = true, .live = true};
    all.add(
        "eta", &Spec::eta, base::Real{.min = 0, .max = 1, .aboveMin = true, .log = true},
        {"The learning rate: what each new tree adds is shrunk by it. train.schedule starts from it, and train/lr is "
         "the rate of each round.",
         "F ← F + η · tree", "Many rounds for little.", "A few trees learn the training rows by heart."},
        free);
    all.add("max_depth", &Spec::maxDepth, base::Int{1, 30},
            {"How many questions lie one behind the other in a tree.", "at most 2^depth leaves",
             "Trees too simple: both losses stay high.",
             "Trees tell single rows apart: validation loss turns upwards."},
            {.unit = "levels", .tunable = true, .live = true});
    all.add("min_child_weight", &Spec::minChildWeight, base::Real{.min = 0},
            {"The least sum of second derivatives on each side of a split; for numbers, rows.",
             {},
             "Leaves for single rows.",
             "Hardly any split is allowed."},
            free);
    all.add("gamma", &Spec::gamma, base::Real{.min = 0},
            {"By how much a split must make the objective smaller to stay.",
             {},
             "Splits that only fit noise stay.",
             "Trees are cut down to their roots."},
            free);
    addSampling(all);
    addPenalties(all);
    all.add("tree_method", &Spec::treeMethod, base::Choice{{"hist", "exact", "approx"}},
            {"How splits are looked for. hist: among max_bin values of each feature, found once; approx: found anew in "
             "every round; exact: among all values, slow with many rows."},
            {.live = true});
    all.add("max_bin", &Spec::maxBin, base::Int{2, 65536},
            {"How many values of a feature are tried as splits.", {}, "Coarse splits.", "Slower rounds."},
            {.unit = "values", .tunable = true, .live = true, .visibleWhen = {{"tree_method", {"hist", "approx"}}}});
    all.add("base_score", &Spec::baseScore, base::Real{},
            {"What is predicted before the first tree: for two classes a probability, else a value."});
    return all;
}

void must(int status)
{
    if (status != 0) {
        const std::string told = XGBGetLastError();
        // The first line says it; the rest is a stack of addresses.
        throw std::runtime_error("XGBoost: " + told.substr(0, told.find('\n')));
    }
}

template <int (*release)(void*)>
struct Release {
    void operator()(void* handle) const { release(handle); }
};
using Matrix = std::unique_ptr<void, Release<XGDMatrixFree>>;
using Booster = std::unique_ptr<void, Release<XGBoosterFree>>;

// A tree of XGBoost's own form, without nodes that were pruned, renumbered so that children stand side by side.
Tree treeOf(const nlohmann::json& json)
{
    const auto& left = json["left_children"];
    const auto& right = json["right_children"];
    const auto& feature = json["split_indices"];
    const auto& value = json["split_conditions"];
    const auto& missing = json["default_left"];
    const auto& gain = json["loss_changes"];
    const auto& cover = json["sum_hessian"];
    Tree tree;
    std::vector<std::size_t> places{0};
    for (std::size_t node = 0; node < places.size(); ++node) {
        const std::size_t at = places[node];
        const bool leaf = left[at].get<std::int64_t>() < 0;
        tree.left.push_back(leaf ? 0 : std::int32_t(places.size()));
        tree.feature.push_back(leaf ? 0 : feature[at].get<std::int32_t>());
        tree.value.push_back(value[at].get<float>());
        tree.missing.push_back(!leaf && missing[at].get<int>() != 0);
        tree.gain.push_back(leaf ? 0 : gain[at].get<float>());
        tree.cover.push_back(cover[at].get<float>());
        if (!leaf) {
            places.push_back(std::size_t(left[at].get<std::int64_t>()));
            places.push_back(std::size_t(right[at].get<std::int64_t>()));
        }
    }
    return tree;
}

/// Gradient boosted trees (Chen and Guestrin 2016) by the XGBoost library.
///
/// Every round is a booster of its own that starts from the sums of the rounds before it, given as base margins: so it
/// knows of nothing but them, the parameters and its seed, and no state hides in the library.
class XGBoost final : public Estimator {
public:
    XGBoost(Spec spec, const EstimatorContext& context)
        : m_spec(std::move(spec)),
          m_context(context),
          m_forest(context.outputs > 2 ? context.outputs : 1)
    {
        m_features = 1;
        for (const std::int64_t side : context.inputShape)
            m_features *= side;
    }

    base::Status begin(const at::Tensor& input, const at::Tensor& target, const at::Tensor& weights) override
    {
        m_weights = weights;
        m_rows = input.contiguous();
        m_labels = target.to(at::kFloat).contiguous();
        m_sums.reset();
        m_matrix.reset();
        return {};
    }

    void round(std::int64_t round, double rate) override
    {
        prepareMatrix();
        const at::Tensor& sums = trainingSums();
        must(XGDMatrixSetFloatInfo(m_matrix.get(), "base_margin", sums.const_data_ptr<float>(),
                                   bst_ulong(sums.numel())));
        DMatrixHandle matrices[] = {m_matrix.get()};
        BoosterHandle made = nullptr;
        must(XGBoosterCreate(matrices, 1, &made));
        const Booster booster(made);
        for (const auto& [key, value] : parameters(round, rate))
            must(XGBoosterSetParam(made, key, value.c_str()));
        must(XGBoosterUpdateOneIter(made, 0, m_matrix.get()));
        bst_ulong size = 0;
        const char* bytes = nullptr;
        must(XGBoosterSaveModelToBuffer(made, R"({"format": "ubj"})", &size, &bytes));
        const auto model = nlohmann::json::from_ubjson(bytes, bytes + size);
        for (const auto& tree : model["learner"]["gradient_booster"]["model"]["trees"])
            m_forest.add(treeOf(tree));
    }

    at::Tensor outputs() override { return outputsOf(trainingSums()); }
    at::Tensor predict(const at::Tensor& input) override
    {
        return outputsOf(m_known.of(m_forest, input.contiguous(), start()));
    }
    double rate() const override { return m_spec.eta; }
    bool takesMissing() const override { return true; }

    std::vector<tensor::NamedTensor> state() const override { return m_forest.state(); }
    base::Status load(const std::vector<base::Blob>& blobs, const std::string& where) override
    {
        CORE_CHECK(m_forest.load(blobs, m_features, where));
        m_known.clear();
        m_sums.reset();
        return {};
    }

    bool edit(const base::Value& params) override
    {
        const Spec next = fields().read(params);
        if (next.baseScore != m_spec.baseScore)
            return false;
        m_spec = next;
        return true;
    }

    bool forget(std::int64_t rounds) override
    {
        m_forest.shorten(std::max<std::int64_t>(0, m_forest.rounds() - rounds));
        m_known.clear();
        m_sums.reset();
        return true;
    }

    std::string library() const override
    {
        int version[3] = {};
        XGBoostVersion(&version[0], &version[1], &version[2]);
        return "XGBoost " + std::to_string(version[0]) + "." + std::to_string(version[1]) + "." +
               std::to_string(version[2]);
    }
    std::int64_t parameterCount() const override { return m_forest.nodes(); }
    std::vector<std::uint32_t> digests() const override { return m_forest.digests(); }

    std::vector<tensor::NamedTensor> signals() const override { return signalsOf(m_forest, m_features); }

    std::vector<LayerInfo> describe(std::int64_t rounds) const override
    {
        const std::int64_t groups = m_forest.groups();
        const std::string each = groups == 1 ? "1 tree each" : std::to_string(groups) + " trees each";
        return {{"trees",
                 "Boosted trees",
                 std::to_string(rounds) + (rounds == 1 ? " round, " : " rounds, ") + each + ", depth ≤ " +
                     std::to_string(m_spec.maxDepth),
                 {groups}},
                {"outputs",
                 !m_context.classifies ? "Sum"
                 : groups == 1         ? "Sigmoid"
                                       : "Softmax",
                 m_context.classifies ? "sums of leaves as probabilities" : "sums of leaves",
                 {m_context.outputs}}};
    }

private:
    // What XGBoost makes of base_score.
    float start() const
    {
        const bool odds = m_context.classifies && m_forest.groups() == 1;
        return float(odds ? std::log(m_spec.baseScore / (1 - m_spec.baseScore)) : m_spec.baseScore);
    }

    // The library keeps with the rows how it binned them. For hist that follows from the rows alone; approx bins by
    // what the first round has drawn, which would be another one for a run that is resumed.
    void prepareMatrix()
    {
        const std::string binned = m_spec.treeMethod + std::to_string(m_spec.maxBin);
        if (m_matrix && binned == m_binned && m_spec.treeMethod != "approx")
            return;
        m_binned = binned;
        DMatrixHandle made = nullptr;
        must(XGDMatrixCreateFromMat_omp(m_rows.const_data_ptr<float>(), bst_ulong(m_rows.size(0)),
                                        bst_ulong(m_rows.size(1)), std::numeric_limits<float>::quiet_NaN(), &made,
                                        at::get_num_threads()));
        m_matrix.reset(made);
        must(XGDMatrixSetFloatInfo(made, "label", m_labels.const_data_ptr<float>(), bst_ulong(m_labels.numel())));
        if (m_weights.defined())
            must(
                XGDMatrixSetFloatInfo(made, "weight", m_weights.const_data_ptr<float>(), bst_ulong(m_weights.numel())));
    }

    const at::Tensor& trainingSums()
    {
        if (!m_sums.defined()) {
            m_sums = tensor::empty({m_rows.size(0), m_forest.groups()});
            std::fill_n(m_sums.mutable_data_ptr<float>(), m_sums.numel(), start());
            m_summed = 0;
        }
        m_forest.addTo(m_rows, m_summed, m_forest.rounds(), m_sums);
        m_summed = m_forest.rounds();
        return m_sums;
    }

    // One sum for two classes stands for the logits 0 and itself: softmax makes a sigmoid of them.
    at::Tensor outputsOf(const at::Tensor& sums) const
    {
        return m_context.outputs == 2 ? at::cat({at::zeros_like(sums), sums}, 1) : sums;
    }

    std::vector<std::pair<const char*, std::string>> parameters(std::int64_t round, double rate) const
    {
        const auto text = [](double value) {
            char digits[32];
            std::snprintf(digits, sizeof digits, "%.9g", value);
            return std::string(digits);
        };
        const std::uint64_t seed = base::Draw(m_context.seed, "xgboost").bits(std::uint64_t(round)) >> 33;
        std::vector<std::pair<const char*, std::string>> all{{"verbosity", "0"},
                                                             {"nthread", std::to_string(at::get_num_threads())},
                                                             {"seed", std::to_string(seed)},
                                                             {"tree_method", m_spec.treeMethod},
                                                             {"eta", text(rate)},
                                                             {"max_depth", std::to_string(m_spec.maxDepth)},
                                                             {"min_child_weight", text(m_spec.minChildWeight)},
                                                             {"gamma", text(m_spec.gamma)},
                                                             {"subsample", text(m_spec.subsample)},
                                                             {"colsample_bytree", text(m_spec.colsampleBytree)},
                                                             {"colsample_bylevel", text(m_spec.colsampleBylevel)},
                                                             {"colsample_bynode", text(m_spec.colsampleBynode)},
                                                             {"lambda", text(m_spec.lambda)},
                                                             {"alpha", text(m_spec.alpha)},
                                                             {"max_delta_step", text(m_spec.maxDeltaStep)}};
        if (m_spec.treeMethod != "exact")
            all.emplace_back("max_bin", std::to_string(m_spec.maxBin));
        if (!m_context.classifies) {
            all.emplace_back("objective", "reg:squarederror");
        } else if (m_forest.groups() == 1) {
            all.emplace_back("objective", "binary:logistic");
            all.emplace_back("scale_pos_weight", text(m_spec.scalePosWeight));
        } else {
            all.emplace_back("objective", "multi:softprob");
            all.emplace_back("num_class", std::to_string(m_forest.groups()));
        }
        return all;
    }

    Spec m_spec;
    EstimatorContext m_context;
    std::int64_t m_features = 1;
    Forest m_forest;
    ForestSums m_known;
    at::Tensor m_rows, m_sums; ///< of the training rows, and what the first m_summed rounds say of them
    std::int64_t m_summed = 0;
    at::Tensor m_labels, m_weights;
    Matrix m_matrix;
    std::string m_binned; ///< how the matrix was binned
};

}

void enroll(Estimators& all)
{
    all.add<XGBoost>(
        "xgboost", "XGBoost trees",
        "Small decision trees, each of which mends what the ones before it got wrong. Often the best there "
        "is on tables. One round is one step: an epoch.",
        fields());
}

}
