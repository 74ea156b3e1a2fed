// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/transform.h"

#include <algorithm>

namespace core::data::transforms::random_horizontal_flip {

namespace {

struct Spec {
    double p = 0.5;
};

class RandomHorizontalFlip final : public Transform {
public:
    explicit RandomHorizontalFlip(Spec spec) : m_spec(spec) {}

    Works works() const override { return Works::Image; }

    void apply(Sample& image, const base::Draw& draw) const override
    {
        if (draw.uniform(0) >= m_spec.p)
            return;
        const std::int64_t width = image.width(), lines = image.channels() * image.height();
        for (std::int64_t line = 0; line < lines; ++line)
            std::reverse(image.values.data() + line * width, image.values.data() + (line + 1) * width);
        if (!image.mask.empty())
            for (std::int64_t line = 0; line < image.height(); ++line)
                std::reverse(image.mask.data() + line * width, image.mask.data() + (line + 1) * width);
        for (Box& box : image.boxes) {
            const float left = float(width) - box.right;
            box.right = float(width) - box.left;
            box.left = left;
        }
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    all.add<RandomHorizontalFlip>("RandomHorizontalFlip", "Random horizontal flip",
                                  "Mirrors images left to right, each anew in every epoch. Right where left and right "
                                  "mean the same: clothes yes, digits no.",
                                  base::Fields<Spec>{}.add("p", &Spec::p, base::Real{0, 1},
                                                           {"Chance that an image is mirrored.",
                                                            {},
                                                            "Images stay as they are.",
                                                            "All are mirrored: nothing varies any more."},
                                                           {.tunable = true, .live = true}));
}

}
