// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/colour.h"
#include "core/data/ops/fields.h"
#include "core/data/transform.h"

namespace core::data::transforms::random_posterize {

namespace {

struct Spec {
    std::int64_t bits = 4;
    double p = 0.5;
};

class RandomPosterize final : public Transform {
public:
    explicit RandomPosterize(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Image; }

    void apply(Sample& image, const base::Draw& draw) const override
    {
        if (draw.uniform(0) < m_spec.p)
            posterize(image, int(m_spec.bits));
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    auto fields = chance<Spec>("is posterized");
    fields.add("bits", &Spec::bits, base::Int{1, 8},
               {"Bits that are kept of each channel of a pixel.", "levels = 2^bits", "Almost only edges are left."},
               {.unit = "bits", .tunable = true, .live = true});
    all.add<RandomPosterize>("RandomPosterize", "Random posterize", "Leaves few levels of brightness, as a poster has.",
                             std::move(fields));
}

}
