// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

#include <limits>
#include <map>

namespace core::debug::rules::confusion {

namespace {

struct Spec {
    std::optional<std::int64_t> categoryNo;
    std::string labels = "labels", predictions = "predictions";
    std::string labelsCollection = "labels", predictionsCollection = "predictions";
    double minDiag = 0.9, maxOffDiag = 0.1;
};

/// C[label][prediction] of the step. For a class i that was predicted at all, with n = Σ_j C[j][i]: fires where
/// C[i][i] / n < min_diag or any other C[j][i] / n > max_off_diag.
class Confusion final : public Rule {
public:
    explicit Confusion(Spec spec) : m_spec(std::move(spec)) {}

    std::vector<Need> needs() const override
    {
        const auto selection = [](const std::string& collection, const std::string& name) {
            return Selection{{collection}, name == collection ? Names{} : Names{name}};
        };
        return {{selection(m_spec.predictionsCollection, m_spec.predictions), {"confusion(*,*)"}, {}, false},
                {selection(m_spec.labelsCollection, m_spec.labels), {"confusion(*,*)"}, {}, false}};
    }

    Compared compared() const override { return {"share on the diagonal", "min_diag", false, false}; }

    Verdict at(const Moment& now) override
    {
        std::map<std::int64_t, std::map<std::int64_t, double>> columns; // by prediction, by label
        std::string name;
        for (const std::size_t need : {0, 1})
            for (const Watched& tensor : now.tensors(need))
                if (name.empty() && collect(now, tensor, columns))
                    name = tensor.tensor;
        for (auto& [predicted, column] : columns) {
            double all = 0;
            for (const auto& [label, rows] : column)
                all += rows;
            if (!(all > 0))
                continue;
            const double right = column[predicted] / all;
            if (right < m_spec.minDiag)
                return Hit{name, right, m_spec.minDiag,
                           "Of the rows that are taken for class " + std::to_string(predicted) + " only " +
                               figure(100 * right) + " % are of it."};
            for (const auto& [label, rows] : column)
                if (label != predicted && rows / all > m_spec.maxOffDiag)
                    return Hit{name, rows / all, m_spec.maxOffDiag,
                               figure(100 * rows / all) + " % of the rows that are taken for class " +
                                   std::to_string(predicted) + " are of class " + std::to_string(label) + "."};
        }
        return {};
    }

private:
    Spec m_spec;

    bool collect(const Moment& now, const Watched& tensor,
                 std::map<std::int64_t, std::map<std::int64_t, double>>& columns) const
    {
        bool any = false;
        for (std::size_t i = 0; i < tensor.sources.size(); ++i) {
            const auto& arguments = tensor.sources[i].arguments;
            if (!now.has(tensor, i) || arguments.size() != 2)
                continue;
            any = true;
            const auto label = std::int64_t(arguments[0]), predicted = std::int64_t(arguments[1]);
            const double rows = now.value(tensor, i);
            const std::int64_t classes = m_spec.categoryNo.value_or(std::numeric_limits<std::int64_t>::max());
            if (rows > 0 && label < classes && predicted < classes)
                columns[predicted][label] += rows;
        }
        return any;
    }
};

}

void enroll(Rules& all)
{
    all.add<Confusion>(
        "Confusion", "Confusion", "Fires when rows that are taken for a class are too often of others.",
        {"It tells which classes cannot be told apart, which the accuracy of all together hides.",
         {"The classes look alike in these features.",
          {"Few rows of a class.", {clue::fired("ClassImbalance")}},
          {"Labels are wrong.", {clue::above("data/label_noise", 0), clue::fired("LabelNoise")}},
          {"Trained too short, or the model is too simple.",
           {clue::fired("Underfit"), clue::fired("SlowConvergence"), clue::neuronsAtMost(16)}}},
         {"longer", "class_weights", "larger", "label_smoothing"}},
        base::Fields<Spec>{}
            .add("category_no", &Spec::categoryNo, base::Int{2, 1'000'000},
                 {"How many classes there are. Empty: as many as are seen."}, {.nullWord = "auto"})
            .add("labels", &Spec::labels, base::Text{}, {"The name of the labels' tensor."})
            .add("predictions", &Spec::predictions, base::Text{}, {"The name of the predictions' tensor."})
            .add("labels_collection", &Spec::labelsCollection, base::Text{}, {"The collection of the labels."})
            .add("predictions_collection", &Spec::predictionsCollection, base::Text{},
                 {"The collection of the predictions."})
            .add("min_diag", &Spec::minDiag, base::Real{0, 1},
                 {"The share of a class's predictions that must be right."})
            .add("max_off_diag", &Spec::maxOffDiag, base::Real{0, 1},
                 {"The share of a class's predictions that may be of any one other class."}));
}

}
