// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/draws.h"
#include "core/data/ops/fields.h"
#include "core/data/transform.h"

namespace core::data::transforms::random_resized_crop {

namespace {

struct Spec {
    std::vector<std::int64_t> size;
    std::vector<double> scale{0.08, 1.0};
    std::vector<double> ratio{3.0 / 4, 4.0 / 3};
};

class RandomResizedCrop final : public Transform {
public:
    explicit RandomResizedCrop(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Image; }

    void apply(Sample& image, const base::Draw& draw) const override
    {
        const std::int64_t height = m_spec.size.empty() ? image.height() : m_spec.size.front();
        const std::int64_t width = m_spec.size.empty() ? image.width() : m_spec.size.back();
        cropImage(image,
                  drawResizedCrop(image.width(), image.height(), around(m_spec.scale), around(m_spec.ratio), draw));
        resizeImage(image, height, width);
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("size", &Spec::size, std::make_shared<const base::List>(base::List{base::Int{1, 4096}, 0, 2}),
               {"Height and width afterwards; one number: a square. Empty: as before."}, {.unit = "pixels"});
    fields.add("scale", &Spec::scale, std::make_shared<const base::List>(base::List{base::Real{0.001, 1}, 2, 2}),
               {"Smallest and largest share of the area that is kept.", {}, "The thing itself may be cut away."},
               {.live = true});
    fields.add("ratio", &Spec::ratio, std::make_shared<const base::List>(base::List{base::Real{0.01, 100}, 2, 2}),
               {"Narrowest and widest shape of that part, width over height."}, {.live = true});
    all.add<RandomResizedCrop>(
        "RandomResizedCrop", "Random resized crop",
        "Cuts out a part of any size and shape and scales it to the full size: how ImageNet networks are trained.",
        std::move(fields));
}

}
