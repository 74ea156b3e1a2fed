// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/words.h"
#include "core/data/transform.h"

#include <algorithm>
#include <cmath>

namespace core::data::transforms::character_dropout {

namespace {

struct Spec {
    double p = 0.05;
};

class CharacterDropout final : public Transform {
public:
    explicit CharacterDropout(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Text; }

    void apply(Sample& sample, const base::Draw& draw) const override
    {
        const std::vector<std::size_t> starts = characterStarts(sample.text);
        std::string kept;
        for (std::size_t i = 0; i < starts.size(); ++i) {
            const std::size_t end = i + 1 < starts.size() ? starts[i + 1] : sample.text.size();
            if (draw.uniform(i) >= m_spec.p)
                kept.append(sample.text, starts[i], end - starts[i]);
        }
        sample.text = std::move(kept);
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("p", &Spec::p, base::Real{0, 1},
               {"Chance that a character is left out.", {}, "Hardly any change.", "Words cannot be made out."},
               {.tunable = true, .live = true});
    all.add<CharacterDropout>("CharacterDropout", "Character dropout",
                              "Leaves out single characters, as typing errors do.", std::move(fields));
}

}
