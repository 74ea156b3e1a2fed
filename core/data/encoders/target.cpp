// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/encoder.h"

#include <algorithm>
#include <cmath>

namespace core::data::encoders::target {

namespace {

struct Spec {
    std::int64_t folds = 5;
};

// The share of one class, or the number itself.
double wanted(double target, bool classes, std::int64_t one)
{
    return classes ? double(std::int64_t(target) == one) : target;
}

/// scikit-learn's TargetEncoder: the mean target of each text, drawn towards the mean of all rows by an empirical Bayes
/// estimate (Micci-Barreca 2001): λ·mean(text) + (1 − λ)·mean(all), λ = n·σ² / (n·σ² + σ²(text)).
/// A row that was learned from gets the value that the other folds say.
class Target final : public Encoder {
public:
    explicit Target(Spec spec) : m_spec(spec) {}

    WordValues learn(const WordColumn& column, const base::Draw& draw) const override
    {
        const bool classes = !column.classes.empty();
        WordValues made;
        made.values.resize(column.words.size());
        made.rows.resize(column.codes.size());
        const std::vector<std::int64_t> order = base::permutation(std::int64_t(column.codes.size()), draw);
        // Two classes need one column: the share of the second.
        const std::int64_t columns = !classes                     ? 1
                                     : column.classes.size() == 2 ? 1
                                                                  : std::int64_t(column.classes.size());
        for (std::int64_t k = 0; k < columns; ++k) {
            const std::int64_t one = columns == 1 ? 1 : k;
            made.suffixes.push_back(columns == 1 ? "" : "→" + column.classes[std::size_t(k)]);
            const Means all = means(column, one, {}, 0);
            for (std::size_t w = 0; w < column.words.size(); ++w)
                made.values[w].push_back(float(all.of[w]));
            made.unknown.push_back(float(all.overall));
            const std::int64_t folds = std::min<std::int64_t>(m_spec.folds, std::int64_t(column.codes.size()));
            for (std::int64_t fold = 0; fold < folds; ++fold) {
                const Means others = means(column, one, order, fold);
                for (std::size_t i = std::size_t(fold); i < order.size(); i += std::size_t(folds)) {
                    const std::size_t row = std::size_t(order[i]);
                    const std::int32_t code = column.codes[row];
                    made.rows[row].push_back(code < 0 ? std::nanf("") : float(others.of[std::size_t(code)]));
                }
            }
        }
        return made;
    }

private:
    Spec m_spec;

    struct Means {
        double overall = 0;
        std::vector<double> of; // per word
    };

    // Of all rows, or, with an order, of those that are not in the fold.
    Means means(const WordColumn& column, std::int64_t one, const std::vector<std::int64_t>& order,
                std::int64_t fold) const
    {
        std::vector<double> count(column.words.size()), mean(column.words.size()), square(column.words.size());
        double n = 0, overall = 0, spread = 0;
        const auto take = [&](std::size_t row) {
            const double target = column.targets[row];
            if (std::isnan(target) || column.codes[row] < 0)
                return;
            const double y = wanted(target, !column.classes.empty(), one);
            const double away = y - overall;
            overall += away / ++n;
            spread += away * (y - overall);
            const std::size_t w = std::size_t(column.codes[row]);
            const double d = y - mean[w];
            mean[w] += d / ++count[w];
            square[w] += d * (y - mean[w]);
        };
        if (order.empty())
            for (std::size_t row = 0; row < column.codes.size(); ++row)
                take(row);
        else
            for (std::size_t i = 0; i < order.size(); ++i)
                if (std::int64_t(i % std::size_t(std::min<std::int64_t>(m_spec.folds, std::int64_t(order.size())))) !=
                    fold)
                    take(std::size_t(order[i]));
        Means made{overall, std::vector<double>(column.words.size(), overall)};
        const double variance = n > 0 ? spread / n : 0;
        for (std::size_t w = 0; w < column.words.size(); ++w) {
            if (count[w] == 0)
                continue;
            const double within = square[w] / count[w], scaled = variance * count[w];
            const double trust = scaled + within > 0 ? scaled / (scaled + within) : 1;
            made.of[w] = trust * mean[w] + (1 - trust) * overall;
        }
        return made;
    }
};

}

void enroll(Encoders& all)
{
    all.add<Target>("target", "Mean target of the text",
                    "One column: the mean target of the rows with that text, drawn towards the mean of all where there "
                    "are few. Training rows get what the other folds say, so that no row tells its own target.",
                    base::Fields<Spec>{}.add("folds", &Spec::folds, base::Int{2, 100},
                                             {"Into how many parts the training rows are cut for that.",
                                              {},
                                              "Values of training rows come from few others.",
                                              "A row's own target shows through again."}));
}

}
