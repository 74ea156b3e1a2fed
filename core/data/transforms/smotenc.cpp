// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/neighbours.h"
#include "core/data/tables/resampling.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace core::data::transforms::smotenc {

namespace {

struct Spec {
    std::vector<std::string> categoricalFeatures;
    base::Value samplingStrategy = "auto";
    std::int64_t neighbors = 5;
};

/// Features that stand for one thing, and per row which of its categories it has: a combination of their values.
struct Group {
    std::vector<std::int64_t> features;
    std::vector<std::int32_t> category;
    std::vector<std::int64_t> example; // per category a row that has it

    Group(std::vector<std::int64_t> of, const at::Tensor& inputs) : features(std::move(of))
    {
        std::map<std::vector<float>, std::int32_t> known;
        for (std::int64_t row = 0; row < inputs.size(0); ++row) {
            std::vector<float> values;
            for (const std::int64_t feature : features)
                values.push_back(inputs.const_data_ptr<float>()[row * inputs.size(1) + feature]);
            const auto [place, isNew] = known.emplace(std::move(values), std::int32_t(known.size()));
            category.push_back(place->second);
            if (isNew)
                example.push_back(row);
        }
    }
};

// What is made of a text column, by its name; with names given, the features or columns of these names.
std::vector<std::vector<std::int64_t>> groupsOf(const DatasetInfo& info, const std::vector<std::string>& names)
{
    std::map<std::string, std::vector<std::int64_t>> byOrigin;
    for (std::size_t i = 0; i < info.origins.size(); ++i)
        byOrigin[info.origins[i]].push_back(std::int64_t(i));
    std::vector<std::vector<std::int64_t>> groups;
    for (const auto& [origin, features] : byOrigin) {
        const bool named = std::find(names.begin(), names.end(), origin) != names.end();
        // A column whose feature has another name, such as `colour=red`, was one of texts.
        if (names.empty() ? features.size() > 1 || info.features[std::size_t(features[0])] != origin : named)
            groups.push_back(features);
    }
    return groups;
}

/// Chawla et al. 2002, section 6.1.
class SmoteNc final : public Transform {
public:
    explicit SmoteNc(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Rows; }
    std::string misfit(const DatasetInfo& info) const override { return balancingMisfit(info); }

    base::Result<Resampled> resample(const TrainingRows& rows, const base::Draw& draw) const override
    {
        for (const std::string& name : m_spec.categoricalFeatures)
            if (std::find(rows.info.origins.begin(), rows.info.origins.end(), name) == rows.info.origins.end())
                return base::Error{base::ErrorKind::Spec, "there is no column \"" + name + "\" among the features",
                                   "/categorical_features", "Name columns of data.features"};
        std::vector<Group> groups;
        std::vector<std::int64_t> numbers;
        std::vector<bool> grouped(std::size_t(rows.inputs.size(1)));
        for (auto& features : groupsOf(rows.info, m_spec.categoricalFeatures)) {
            for (const std::int64_t feature : features)
                grouped[std::size_t(feature)] = true;
            groups.emplace_back(std::move(features), rows.inputs);
        }
        for (std::size_t i = 0; i < grouped.size(); ++i)
            if (!grouped[i])
                numbers.push_back(std::int64_t(i));
        const auto classes = rowsByClass(rows);
        CORE_TRY(added, addedRows(m_spec.samplingStrategy, classes));
        NewRows made(rows, std::accumulate(added.begin(), added.end(), std::int64_t(0)));
        for (std::size_t label = 0; label < classes.size(); ++label) {
            if (added[label] == 0)
                continue;
            CORE_CHECK(checkNeighbours(rows, label, classes[label].size(), m_spec.neighbors, "k_neighbors"));
            grow({rows, groups, numbers, classes[label]}, added[label], std::int64_t(label), draw.within(label), made);
        }
        return made.finish();
    }

private:
    struct Grown {
        const TrainingRows& rows;
        const std::vector<Group>& groups;
        const std::vector<std::int64_t>& numbers;
        const std::vector<std::int64_t>& own;

        float at(std::int64_t place, std::int64_t feature) const
        {
            return rows.inputs.const_data_ptr<float>()[own[std::size_t(place)] * rows.inputs.size(1) + feature];
        }
    };
    Spec m_spec;

    // Two rows of different categories lie as far apart, along that column, as the median of the numbers' standard
    // deviations in this class.
    static double apart(const Grown& grown)
    {
        std::vector<double> deviations;
        const std::int64_t n = std::int64_t(grown.own.size());
        for (const std::int64_t feature : grown.numbers) {
            double sum = 0, squares = 0;
            for (std::int64_t i = 0; i < n; ++i)
                sum += grown.at(i, feature);
            for (std::int64_t i = 0; i < n; ++i)
                squares += std::pow(grown.at(i, feature) - sum / double(n), 2);
            deviations.push_back(std::sqrt(squares / double(n)));
        }
        if (deviations.empty())
            return 1;
        std::sort(deviations.begin(), deviations.end());
        const std::size_t half = deviations.size() / 2;
        return deviations.size() % 2 ? deviations[half] : (deviations[half - 1] + deviations[half]) / 2;
    }

    // Numbers, then one column for each category.
    static at::Tensor places(const Grown& grown)
    {
        std::int64_t width = std::int64_t(grown.numbers.size());
        for (const Group& group : grown.groups)
            width += std::int64_t(group.example.size());
        const float mark = float(apart(grown) / std::sqrt(2.0));
        at::Tensor made = tensor::zeros({std::int64_t(grown.own.size()), width});
        for (std::int64_t i = 0; i < made.size(0); ++i) {
            float* out = made.mutable_data_ptr<float>() + i * width;
            for (const std::int64_t feature : grown.numbers)
                *out++ = grown.at(i, feature);
            for (const Group& group : grown.groups) {
                out[group.category[std::size_t(grown.own[std::size_t(i)])]] = mark;
                out += group.example.size();
            }
        }
        return made;
    }

    void grow(const Grown& grown, std::int64_t count, std::int64_t label, const base::Draw& draw, NewRows& made) const
    {
        std::vector<std::int64_t> all(grown.own.size());
        std::iota(all.begin(), all.end(), 0);
        const auto neighbours = nearestNeighbours(places(grown), all, m_spec.neighbors);
        const std::uint64_t k = std::uint64_t(m_spec.neighbors);
        for (std::int64_t i = 0; i < count; ++i) {
            const base::Draw own = draw.within(std::uint64_t(i));
            const std::uint64_t pair = own.below(0, neighbours.size());
            const std::int64_t from = std::int64_t(pair / k), to = neighbours[pair];
            const float step = float(own.uniform(1));
            float* out = made.add(label);
            for (const std::int64_t feature : grown.numbers)
                out[feature] = grown.at(from, feature) + step * (grown.at(to, feature) - grown.at(from, feature));
            for (std::size_t g = 0; g < grown.groups.size(); ++g) {
                const std::int32_t* near = neighbours.data() + pair / k * k;
                const std::int64_t example = mostFrequent(grown, g, {near, near + k}, own.within(g));
                for (const std::int64_t feature : grown.groups[g].features)
                    out[feature] =
                        grown.rows.inputs.const_data_ptr<float>()[example * grown.rows.inputs.size(1) + feature];
            }
        }
    }

    // A row with the category that most of the neighbours have; of equally frequent ones a drawn one.
    static std::int64_t mostFrequent(const Grown& grown, std::size_t group, std::span<const std::int32_t> neighbours,
                                     const base::Draw& draw)
    {
        const Group& of = grown.groups[group];
        std::map<std::int32_t, int> counts;
        for (const std::int32_t place : neighbours)
            ++counts[of.category[std::size_t(grown.own[std::size_t(place)])]];
        int most = 0;
        for (const auto& [category, times] : counts)
            most = std::max(most, times);
        std::erase_if(counts, [&](const auto& each) { return each.second < most; });
        return of.example[std::size_t(std::next(counts.begin(), std::ptrdiff_t(draw.below(0, counts.size())))->first)];
    }
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("categorical_features", &Spec::categoricalFeatures,
               std::make_shared<const base::List>(base::List{base::Text{}}),
               {"Columns that hold categories. Empty: those of texts."});
    addNeighbours(addStrategy(fields));
    all.add<SmoteNc>("SMOTENC", "SMOTE-NC",
                     "SMOTE for tables with columns of categories: numbers lie between two rows, categories are those "
                     "that most neighbours have, so no half-red row is made.",
                     std::move(fields));
}

}
