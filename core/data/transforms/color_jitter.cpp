// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/colour.h"
#include "core/data/ops/draws.h"
#include "core/data/ops/fields.h"
#include "core/data/transform.h"

#include <algorithm>

namespace core::data::transforms::color_jitter {

namespace {

struct Spec {
    std::vector<double> brightness{0.2};
    std::vector<double> contrast{0.2};
    std::vector<double> saturation{0.2};
    std::vector<double> hue;
};

class ColorJitter final : public Transform {
public:
    explicit ColorJitter(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Image; }

    void apply(Sample& image, const base::Draw& draw) const override
    {
        // In an order drawn too, as torchvision does.
        for (const std::int64_t which : base::permutation(4, draw.within(1))) {
            const std::vector<double>& given = *parts()[std::size_t(which)];
            if (given.empty())
                continue;
            auto limits = around(given, which == 3 ? 0 : 1);
            if (which != 3)
                limits[0] = std::max(0.0, limits[0]);
            const double factor = uniformIn(limits, draw, std::uint64_t(which));
            (which == 0   ? adjustBrightness
             : which == 1 ? adjustContrast
             : which == 2 ? adjustSaturation
                          : adjustHue)(image, factor);
        }
    }

private:
    Spec m_spec;

    std::array<const std::vector<double>*, 4> parts() const
    {
        return {&m_spec.brightness, &m_spec.contrast, &m_spec.saturation, &m_spec.hue};
    }
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("brightness", &Spec::brightness, range(0, 10),
               {"v: a factor from max(0, 1 − v) to 1 + v; or from and to. Empty: off.",
                {},
                "Hardly any change.",
                "Images turn black or white."},
               {.live = true});
    fields.add("contrast", &Spec::contrast, range(0, 10), {"As brightness; below 1 greyer, above 1 harsher."},
               {.live = true});
    fields.add("saturation", &Spec::saturation, range(0, 10),
               {"As brightness; 0 is grey. Grey images stay as they are."}, {.live = true});
    fields.add("hue", &Spec::hue, range(-0.5, 0.5),
               {"v: turned by −v to v of the colour wheel, at most a half; or from and to. Empty: off.",
                {},
                {},
                "Colours no longer tell anything."},
               {.live = true});
    all.add<ColorJitter>("ColorJitter", "Colour jitter",
                         "Changes brightness, contrast, saturation and hue, in an order drawn too, so that light and "
                         "camera stop being a hint.",
                         std::move(fields));
}

}
