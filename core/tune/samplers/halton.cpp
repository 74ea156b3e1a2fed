// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/math/quasi.h"
#include "core/tune/sampler.h"

namespace core::tune::samplers::halton {

namespace {

struct Spec {
    bool scramble = true;
};

class Halton final : public Sampler {
public:
    explicit Halton(Spec spec) : m_spec(spec) {}

    std::optional<Proposal> propose(const History& history, std::int64_t number, std::uint64_t attempt) override
    {
        const base::Draw draw = drawsOf(history, "Halton", number, attempt);
        const std::uint64_t key = base::Draw(history.seed, "Halton").within(attempt).key();
        const std::uint64_t index = std::uint64_t(number) + (m_spec.scramble ? 0 : attempt);
        std::vector<double> unit(history.space.size());
        for (std::size_t i = 0; i < unit.size(); ++i)
            unit[i] = i >= math::haltonDimensions ? draw.uniform(i)
                      : m_spec.scramble           ? math::scrambledHalton(index, i, key)
                                                  : math::halton(index, i);
        return Proposal{history.space.pointAt(unit)};
    }

private:
    Spec m_spec;
};

}

void enroll(Samplers& all)
{
    all.add<Halton>("Halton", "Halton sequence",
                    "Points that fill the ranges evenly, one prime base a parameter; best with few parameters.",
                    base::Fields<Spec>{}.add("scramble", &Spec::scramble, base::Flag{},
                                             {"Another sequence for every seed, which is as even."}));
}

}
