// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/draws.h"
#include "core/data/ops/fields.h"
#include "core/data/transform.h"

namespace core::data::transforms::random_erasing {

namespace {

struct Spec {
    double p = 0.5;
    std::vector<double> scale{0.02, 0.33};
    std::vector<double> ratio{0.3, 3.3};
    base::Value value = 0.0;
};

class RandomErasing final : public Transform {
public:
    explicit RandomErasing(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Image; }

    void apply(Sample& image, const base::Draw& draw) const override
    {
        if (draw.uniform(0) >= m_spec.p)
            return;
        const Frame frame =
            drawErased(image.width(), image.height(), around(m_spec.scale), around(m_spec.ratio), draw.within(1));
        if (m_spec.value.isNumber())
            return eraseImage(image, frame, {float(m_spec.value.toReal())});
        const base::Draw pixels = draw.within(2);
        std::vector<float> noise(std::size_t(image.channels() * frame.height * frame.width));
        for (std::size_t i = 0; i < noise.size(); ++i)
            noise[i] = float(pixels.uniform(i));
        eraseImage(image, frame, {}, noise);
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    auto fields = chance<Spec>("loses a rectangle");
    fields.add("scale", &Spec::scale, std::make_shared<const base::List>(base::List{base::Real{0.0001, 1}, 2, 2}),
               {"Smallest and largest share of the area that is erased.", {}, {}, "What matters is erased too often."},
               {.live = true});
    fields.add("ratio", &Spec::ratio, std::make_shared<const base::List>(base::List{base::Real{0.01, 100}, 2, 2}),
               {"Flattest and tallest rectangle, height over width."}, {.live = true});
    fields.add("value", &Spec::value, base::Real{0, 1},
               {"Brightness of the rectangle; random: every pixel another one, uniformly from 0 to 1."},
               {.words = {"random"}, .live = true});
    all.add<RandomErasing>("RandomErasing", "Random erasing",
                           "Erases a rectangle (Zhong et al. 2017), so that no single part of a thing is relied on.",
                           std::move(fields));
}

}
