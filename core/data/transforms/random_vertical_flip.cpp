// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/fields.h"
#include "core/data/ops/frame.h"
#include "core/data/transform.h"

namespace core::data::transforms::random_vertical_flip {

namespace {

struct Spec {
    double p = 0.5;
};

class RandomVerticalFlip final : public Transform {
public:
    explicit RandomVerticalFlip(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Image; }

    void apply(Sample& image, const base::Draw& draw) const override
    {
        if (draw.uniform(0) < m_spec.p)
            flipVertically(image);
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    auto fields = chance<Spec>("is mirrored");
    all.add<RandomVerticalFlip>(
        "RandomVerticalFlip", "Random vertical flip",
        "Mirrors images top to bottom. Right where there is no up: pictures from above or through a microscope.",
        std::move(fields));
}

}
