// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/colour.h"
#include "core/data/ops/fields.h"
#include "core/data/transform.h"

namespace core::data::transforms::random_grayscale {

namespace {

struct Spec {
    double p = 0.1;
};

class RandomGrayscale final : public Transform {
public:
    explicit RandomGrayscale(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Image; }

    void apply(Sample& image, const base::Draw& draw) const override
    {
        if (draw.uniform(0) < m_spec.p)
            toGrayscale(image);
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    auto fields = chance<Spec>("loses its colours");
    all.add<RandomGrayscale>(
        "RandomGrayscale", "Random grayscale",
        "Takes the colours away and keeps the number of channels, so that shapes must be enough now and then.",
        std::move(fields));
}

}
