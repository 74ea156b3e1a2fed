// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/sampler.h"

#include <charconv>

namespace core::tune::samplers::grid {

namespace {

struct Spec {
    std::int64_t points = 5;
};

// Twelve digits, as a person would write the place: 0.1 for what exp and log make 0.10000000000000006.
double rounded(double number)
{
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, number, std::chars_format::general, 12).ptr;
    std::from_chars(text, end, number);
    return number;
}

/// Every combination, the last parameter fastest. SageMaker's Grid takes categories alone; here a range is taken at
/// `points` places, its ends among them, and whole numbers one by one where there are no more than that.
class Grid final : public Sampler {
public:
    explicit Grid(Spec spec) : m_spec(spec) {}

    std::optional<Proposal> propose(const History& history, std::int64_t number, std::uint64_t attempt) override
    {
        // Points that a person has tried already leave a place for the next one.
        const std::vector<base::Object> all = pointsIn(history.space);
        std::size_t place = 0;
        for (const Trial& trial : history.trials)
            if (trial.number < number && trial.source == "strategy")
                place =
                    std::max(place, std::size_t(trial.notes.find("grid") ? trial.notes.find("grid")->toInt() : 0) + 1);
        place += attempt;
        if (place >= all.size())
            return {};
        return Proposal{all[place], {{"grid", std::int64_t(place)}}};
    }

    std::optional<std::int64_t> pointsOf(const Space& space) const override
    {
        return std::int64_t(pointsIn(space).size());
    }

    void check(const CheckedPart& part, TuningChecked& found) const override
    {
        double product = 1;
        for (const Parameter& each : part.space.parameters())
            product *= double(levelsOf(each.range).size());
        if (product > most)
            found.problems.push_back({base::ErrorKind::Spec, "the grid has up to " + plainNumber(product) + " points",
                                      "/tuning/parameters", "Take fewer values, or Random"});
        else if (const auto points = pointsOf(part.space); part.spec.maxJobs && points && *points > *part.spec.maxJobs)
            found.warnings.push_back({base::ErrorKind::Spec,
                                      "the grid has " + std::to_string(*points) + " points, max_jobs is " +
                                          std::to_string(*part.spec.maxJobs),
                                      "/tuning/max_jobs", "Leave it out for the whole grid"});
    }

private:
    static constexpr double most = 100'000;
    Spec m_spec;

    std::vector<base::Value> levelsOf(const Distribution& range) const
    {
        std::vector<base::Value> levels;
        const auto count = range.count();
        if (count && (range.type == Type::Categorical || *count <= m_spec.points || range.step)) {
            for (std::int64_t i = 0; i < std::min(*count, std::int64_t(most) + 1); ++i)
                levels.push_back(range.at(i));
            return levels;
        }
        const double low = range.scaled(range.min), high = range.scaled(range.max);
        for (std::int64_t i = 0; i < m_spec.points; ++i) {
            const double at = m_spec.points == 1 ? 0.5 : double(i) / double(m_spec.points - 1);
            const double number = at == 0   ? range.min
                                  : at == 1 ? range.max
                                            : rounded(range.unscaled(low + at * (high - low)));
            base::Value value = range.nearest(number);
            if (levels.empty() || !(levels.back() == value))
                levels.push_back(std::move(value));
        }
        return levels;
    }

    std::vector<base::Object> pointsIn(const Space& space) const
    {
        std::vector<base::Object> points;
        base::Object point;
        const auto below = [&](const auto& self, std::size_t place) -> void {
            if (double(points.size()) >= most)
                return;
            if (place == space.size()) {
                points.push_back(space.nearest(point));
                return;
            }
            const std::size_t i = space.order()[place];
            const Parameter& each = space.parameters()[i];
            if (!space.isActive(i, point))
                return self(self, place + 1);
            for (const base::Value& level : levelsOf(each.range)) {
                point.set(each.path, level);
                self(self, place + 1);
            }
            point.erase(each.path);
        };
        below(below, 0);
        return points;
    }
};

}

void enroll(Samplers& all)
{
    all.add<Grid>("Grid", "Grid search", "Every combination of values, one after the other.",
                  base::Fields<Spec>{}.add("points", &Spec::points, base::Int{1, 1000},
                                           {"Values that a range without steps is taken at."}));
}

}
