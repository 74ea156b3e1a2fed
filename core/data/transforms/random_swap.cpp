// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/words.h"
#include "core/data/transform.h"

#include <algorithm>
#include <cmath>

namespace core::data::transforms::random_swap {

namespace {

struct Spec {
    double alpha = 0.1;
};

class RandomSwap final : public Transform {
public:
    explicit RandomSwap(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Text; }

    void apply(Sample& sample, const base::Draw& draw) const override
    {
        WordList words(sample.text);
        swapWords(words, m_spec.alpha, draw);
        sample.text = words.text();
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("alpha", &Spec::alpha, base::Real{0, 1},
               {"So many pairs change places, as a share of the words, at least one.", "n = max(1, alpha · words)",
                "Hardly any change.", "The order of words says nothing any more."},
               {.tunable = true, .live = true});
    all.add<RandomSwap>(
        "RandomSwap", "Random swap",
        "Lets two words of the text change places (EDA, Wei & Zou 2019). Words that are counted do not notice.",
        std::move(fields));
}

}
