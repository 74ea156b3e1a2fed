// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/draws.h"
#include "core/data/ops/fields.h"
#include "core/data/transform.h"

namespace core::data::transforms::random_crop {

namespace {

struct Spec {
    std::vector<std::int64_t> size;
    std::int64_t padding = 4;
    double fill = 0;
    std::string paddingMode = "constant";
};

class RandomCrop final : public Transform {
public:
    explicit RandomCrop(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Image; }

    void apply(Sample& image, const base::Draw& draw) const override
    {
        const std::int64_t height = m_spec.size.empty() ? image.height() : m_spec.size.front();
        const std::int64_t width = m_spec.size.empty() ? image.width() : m_spec.size.back();
        cropImage(image, drawCrop(image.width(), image.height(), width, height, m_spec.padding, draw),
                  {m_spec.paddingMode, float(m_spec.fill)});
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add(
        "size", &Spec::size, std::make_shared<const base::List>(base::List{base::Int{1, 4096}, 0, 2}),
        {"Height and width of what is cut out; one number: a square. Empty: as large as the image, so that padding "
         "makes it a shift."},
        {.unit = "pixels"});
    fields.add("padding", &Spec::padding, base::Int{0, 1024},
               {"Pixels added on all sides before it is cut.", {}, "Nothing moves.", "Much of the image is padding."},
               {.unit = "pixels", .live = true});
    addFill(fields);
    fields.add("padding_mode", &Spec::paddingMode, base::Choice{{"constant", "edge", "reflect", "symmetric"}},
               {"What padding shows: fill, the edge pixel repeated, or the image mirrored without or with its edge."});
    all.add<RandomCrop>(
        "RandomCrop", "Random crop",
        "Cuts a part out of the padded image at a place drawn anew each time: the classic shift of CIFAR trainings.",
        std::move(fields));
}

}
