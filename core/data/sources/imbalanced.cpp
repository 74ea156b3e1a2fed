// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/generator.h"

#include <algorithm>
#include <numeric>

namespace core::data::sources::imbalanced {

namespace {

struct Spec {
    std::int64_t nFeatures = 20;
    std::int64_t nInformative = 2;
    std::int64_t nRedundant = 2;
    std::int64_t nClustersPerClass = 2;
    double classSep = 1;
    double flipY = 0.01;
    std::vector<double> weights{0.95, 0.05};
    std::int64_t seed = 0;
};

// As scikit-learn's make_classification (after Guyon 2003): clouds around corners of a hypercube, each stretched in a
// way of its own; redundant features are mixtures of the informative ones, the rest is noise.
class Imbalanced final : public Source {
public:
    static base::Result<std::unique_ptr<Source>> make(Spec spec)
    {
        const std::int64_t clusters = std::int64_t(spec.weights.size()) * spec.nClustersPerClass;
        if (spec.nInformative + spec.nRedundant > spec.nFeatures)
            return base::Error{base::ErrorKind::Spec, "more features are informative and redundant than there are",
                               "/data/source/n_features",
                               "At least " + std::to_string(spec.nInformative + spec.nRedundant)};
        if (spec.nInformative < 62 && clusters > std::int64_t(1) << spec.nInformative)
            return base::Error{base::ErrorKind::Spec,
                               std::to_string(clusters) + " clouds have no room on the corners of a cube of " +
                                   std::to_string(spec.nInformative) + " dimensions",
                               "/data/source/n_informative", "More informative features, or fewer clouds per class"};
        if (!(std::accumulate(spec.weights.begin(), spec.weights.end(), 0.0) > 0))
            return base::Error{base::ErrorKind::Spec, "the weights of the classes add up to nothing",
                               "/data/source/weights", "Such as [0.95, 0.05]"};
        return std::unique_ptr<Source>(new Imbalanced(std::move(spec)));
    }

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        CORE_CHECK(checkTask(request, {"classification"}));
        const std::int64_t classes = std::int64_t(m_spec.weights.size()), features = m_spec.nFeatures;
        CORE_TRY(rows, rowsToMake(request, 1000, classes, features + 1));
        const base::Draw draw = drawOf("imbalanced", m_spec.seed), normals = draw.within(0), flips = draw.within(1);
        std::vector<double> values(std::size_t(rows * features));
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = normals.normal(i);
        std::vector<std::string> labels;
        std::int64_t row = 0;
        for (const auto& [label, count] : cloudsOf(rows))
            for (const std::int64_t end = row + count; row < end; ++row) {
                const bool flipped = flips.uniform(2 * std::uint64_t(row)) < m_spec.flipY;
                const std::uint64_t other = flips.below(2 * std::uint64_t(row) + 1, std::uint64_t(classes));
                labels.push_back(std::to_string(flipped ? std::int64_t(other) : label));
            }
        place(values, rows, draw);
        Loaded loaded = shuffledTable("imbalanced", features, values, textColumn("class", labels), draw.within(2));
        loaded.table->task = "classification";
        return loaded;
    }

private:
    explicit Imbalanced(Spec spec) : m_spec(std::move(spec)) {}

    Spec m_spec;

    // (class, rows) of each cloud: every class has a row at least, the first ones what rounding leaves.
    std::vector<std::pair<std::int64_t, std::int64_t>> cloudsOf(std::int64_t rows) const
    {
        const double whole = std::accumulate(m_spec.weights.begin(), m_spec.weights.end(), 0.0);
        std::vector<std::int64_t> counts;
        std::int64_t given = 0;
        for (const double weight : m_spec.weights) {
            counts.push_back(std::max<std::int64_t>(1, std::int64_t(double(rows) * weight / whole)));
            given += counts.back();
        }
        const auto most = std::max_element(counts.begin(), counts.end());
        *most += rows - given;
        std::vector<std::pair<std::int64_t, std::int64_t>> clouds;
        for (std::int64_t k = 0; k < m_spec.nClustersPerClass; ++k)
            for (std::size_t c = 0; c < counts.size(); ++c)
                clouds.emplace_back(std::int64_t(c), counts[c] / m_spec.nClustersPerClass +
                                                         (k < counts[c] % m_spec.nClustersPerClass ? 1 : 0));
        return clouds;
    }

    // Corners of the cube, all different: the first as many places of a shuffle of 2^n, or drawn where that is many.
    std::vector<std::uint64_t> corners(std::size_t count, const base::Draw& draw) const
    {
        std::vector<std::uint64_t> found;
        if (m_spec.nInformative <= 16) {
            for (const std::int64_t corner : base::permutation(std::int64_t(1) << m_spec.nInformative, draw))
                if (found.size() < count)
                    found.push_back(std::uint64_t(corner));
            return found;
        }
        for (std::uint64_t i = 0; found.size() < count; ++i)
            if (std::find(found.begin(), found.end(), draw.bits(i)) == found.end())
                found.push_back(draw.bits(i));
        return found;
    }

    void place(std::vector<double>& values, std::int64_t rows, const base::Draw& draw) const
    {
        const auto clouds = cloudsOf(rows);
        const std::size_t informative = std::size_t(m_spec.nInformative), redundant = std::size_t(m_spec.nRedundant);
        const std::vector<std::uint64_t> corner = corners(clouds.size(), draw.within(3));
        const base::Draw stretch = draw.within(4), mixture = draw.within(5);
        std::vector<double> made(informative);
        double* out = values.data();
        for (std::size_t cloud = 0; cloud < clouds.size(); ++cloud)
            for (std::int64_t i = 0; i < clouds[cloud].second; ++i, out += m_spec.nFeatures) {
                for (std::size_t f = 0; f < informative; ++f) {
                    made[f] = corner[cloud] >> (f % 64) & 1 ? m_spec.classSep : -m_spec.classSep;
                    for (std::size_t g = 0; g < informative; ++g)
                        made[f] += out[g] * stretch.within(cloud).uniform(g * informative + f, -1, 1);
                }
                std::copy(made.begin(), made.end(), out);
                for (std::size_t f = 0; f < redundant; ++f) {
                    out[informative + f] = 0;
                    for (std::size_t g = 0; g < informative; ++g)
                        out[informative + f] += made[g] * mixture.uniform(g * redundant + f, -1, 1);
                }
            }
    }
};

}

void enroll(Sources& all)
{
    all.add<Imbalanced>(
        "imbalanced", "Imbalanced classes",
        "One class is rare, as frauds and faults are: always naming the frequent one already looks accurate. For "
        "weighted sampling, over-sampling and metrics that look at each class.",
        base::Fields<Spec>{}
            .add("n_features", &Spec::nFeatures, base::Int{1, 10'000}, {"How many features there are."})
            .add("n_informative", &Spec::nInformative, base::Int{1, 10'000},
                 {"How many tell the classes apart.", {}, "Classes are apart in a few features only.", "Easier."})
            .add("n_redundant", &Spec::nRedundant, base::Int{0, 10'000},
                 {"How many are mixtures of the informative ones and tell nothing new."})
            .add("n_clusters_per_class", &Spec::nClustersPerClass, base::Int{1, 100},
                 {"Clouds of each class, on different corners of a cube.",
                  {},
                  "A straight border may do.",
                  "Borders with many bends."})
            .add("class_sep", &Spec::classSep, base::Real{0, 100},
                 {"Half the side of the cube on whose corners the clouds lie.",
                  {},
                  "Clouds lie on top of each other.",
                  "Any model tells them apart."},
                 {.live = true})
            .add("flip_y", &Spec::flipY, base::Real{0, 1},
                 {"Share of the rows that get a class by chance: wrong labels.",
                  {},
                  "Clean labels.",
                  "What cannot be learned is learned by heart."},
                 {.live = true})
            .add("weights", &Spec::weights, std::make_shared<const base::List>(base::List{base::Real{0, 1}, 2, 100}),
                 {"The share of each class."})
            .add("seed", &Spec::seed, base::Int{}, {"Another number, other clouds and rows."}));
}

}
