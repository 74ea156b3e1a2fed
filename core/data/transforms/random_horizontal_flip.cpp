// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"

#include <algorithm>

namespace core::data::transforms::random_horizontal_flip {

namespace {

struct Spec {
    double p = 0.5;
};

class RandomHorizontalFlip final : public Transform {
public:
    explicit RandomHorizontalFlip(Spec spec) : m_spec(spec) {}

    void apply(at::Tensor& input, std::span<const std::int64_t> rows, const base::Draw& epochDraw) const override
    {
        if (!input.is_contiguous())
            input = input.contiguous();
        const std::int64_t width = input.size(-1);
        const std::int64_t lines = input.size(1) * input.size(2);
        float* item = input.mutable_data_ptr<float>();
        for (const std::int64_t row : rows) {
            if (epochDraw.within(std::uint64_t(row)).uniform(0) < m_spec.p)
                for (std::int64_t line = 0; line < lines; ++line)
                    std::reverse(item + line * width, item + (line + 1) * width);
            item += lines * width;
        }
    }

    std::string misfit(const std::vector<std::int64_t>& inputShape) const override
    {
        return inputShape.size() == 3 ? "" : "flips images, and these rows are tables";
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
