// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/draws.h"
#include "core/data/ops/fields.h"
#include "core/data/transform.h"

namespace core::data::transforms::random_zoom_out {

namespace {

struct Spec {
    double fill = 0;
    std::vector<double> sideRange{1, 4};
    double p = 0.5;
};

class RandomZoomOut final : public Transform {
public:
    explicit RandomZoomOut(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Image; }

    void apply(Sample& image, const base::Draw& draw) const override
    {
        if (draw.uniform(0) >= m_spec.p)
            return;
        const Frame frame = drawZoomOut(image.width(), image.height(), around(m_spec.sideRange), draw.within(1));
        const std::int64_t height = image.height(), width = image.width();
        cropImage(image, frame, {"constant", float(m_spec.fill)});
        resizeImage(image, height, width);
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    auto fields = chance<Spec>("is seen from farther away");
    addFill(fields);
    fields.add(
        "side_range", &Spec::sideRange, std::make_shared<const base::List>(base::List{base::Real{1, 16}, 2, 2}),
        {"The canvas is so many times as wide and high as the image.", {}, {}, "Things become too small to tell."},
        {.live = true});
    all.add<RandomZoomOut>(
        "RandomZoomOut", "Random zoom out",
        "Sets the image on a larger canvas and scales that to the size of the image: small things for detectors (SSD).",
        std::move(fields));
}

}
