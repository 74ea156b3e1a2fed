// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/words.h"
#include "core/data/transform.h"

#include <algorithm>
#include <cmath>

namespace core::data::transforms::random_deletion {

namespace {

struct Spec {
    double p = 0.1;
};

class RandomDeletion final : public Transform {
public:
    explicit RandomDeletion(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Text; }

    void apply(Sample& sample, const base::Draw& draw) const override
    {
        WordList words(sample.text);
        deleteWords(words, m_spec.p, draw);
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
               {"Chance that a word is left out; EDA calls it alpha. One word always stays.",
                {},
                "Hardly any change.",
                "Nothing is left to learn from."},
               {.tunable = true, .live = true});
    all.add<RandomDeletion>("RandomDeletion", "Random deletion", "Leaves out words at random (EDA, Wei & Zou 2019).",
                            std::move(fields));
}

}
