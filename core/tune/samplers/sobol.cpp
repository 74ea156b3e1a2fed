// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/math/quasi.h"
#include "core/tune/sampler.h"

namespace core::tune::samplers::sobol {

namespace {

struct Spec {
    bool scramble = true;
};

class Sobol final : public Sampler {
public:
    explicit Sobol(Spec spec) : m_spec(spec) {}

    std::optional<Proposal> propose(const History& history, std::int64_t number, std::uint64_t attempt) override
    {
        if (m_spec.scramble)
            return Proposal{startingPoint(history, "Sobol", number, attempt)};
        const base::Draw draw = drawsOf(history, "Sobol", number, attempt);
        // A point that the study has already makes room for later ones.
        const auto index = std::uint32_t(std::uint64_t(number) + attempt);
        std::vector<double> unit(history.space.size());
        for (std::size_t i = 0; i < unit.size(); ++i)
            unit[i] = i < math::sobolDimensions ? math::sobol(index, i) : draw.uniform(i);
        return Proposal{history.space.pointAt(unit)};
    }

private:
    Spec m_spec;
};

}

void enroll(Samplers& all)
{
    all.add<Sobol>("Sobol", "Sobol sequence",
                   "Points that fill the ranges more evenly than chance does; all may run at once.",
                   base::Fields<Spec>{}.add("scramble", &Spec::scramble, base::Flag{},
                                            {"Another sequence for every seed, which is as even."}));
}

}
