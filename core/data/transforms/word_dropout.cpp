// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/words.h"
#include "core/data/transform.h"

#include <algorithm>
#include <cmath>

namespace core::data::transforms::word_dropout {

namespace {

struct Spec {
    double p = 0.1;
    std::string token = "<unk>";
};

class WordDropout final : public Transform {
public:
    explicit WordDropout(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Text; }

    void apply(Sample& sample, const base::Draw& draw) const override
    {
        WordList words(sample.text);
        for (std::size_t i = 0; i < words.size(); ++i)
            if (draw.uniform(i) < m_spec.p)
                words.replace(i, m_spec.token);
        sample.text = words.text();
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("p", &Spec::p, base::Real{0, 1},
               {"Chance that a word is hidden.", {}, "Hardly any change.", "Nothing is left to learn from."},
               {.tunable = true, .live = true});
    fields.add("token", &Spec::token, base::Text{}, {"What stands in its place; empty: nothing."});
    all.add<WordDropout>(
        "WordDropout", "Word dropout",
        "Hides words behind a mark, as if they were unknown (Bowman et al. 2016), so that no single word is relied on.",
        std::move(fields));
}

}
