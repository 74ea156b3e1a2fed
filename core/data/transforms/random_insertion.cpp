// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/wordnet.h"
#include "core/data/ops/words.h"
#include "core/data/transform.h"

namespace core::data::transforms::random_insertion {

namespace {

struct Spec {
    double alpha = 0.1;
};

class RandomInsertion final : public Transform {
public:
    static base::Result<std::unique_ptr<Transform>> make(Spec spec)
    {
        CORE_TRY(words, WordNet::open(WordNet::usualFolder()));
        return std::unique_ptr<Transform>(new RandomInsertion(spec, std::move(words)));
    }

    Works works() const override { return Works::Text; }

    void apply(Sample& sample, const base::Draw& draw) const override
    {
        WordList words(sample.text);
        insertWords(
            words, m_spec.alpha, [this](std::string_view word) { return m_wordNet->synonyms(word); }, draw);
        sample.text = words.text();
    }

private:
    Spec m_spec;
    std::shared_ptr<const WordNet> m_wordNet;

    RandomInsertion(Spec spec, std::shared_ptr<const WordNet> wordNet) : m_spec(spec), m_wordNet(std::move(wordNet)) {}
};

}

void enroll(Transforms& all)
{
    all.add<RandomInsertion>(
        "RandomInsertion", "Random insertion",
        "Puts synonyms of words of the text, from WordNet, anywhere into it (EDA, Wei & Zou 2019). English.",
        base::Fields<Spec>{}.add("alpha", &Spec::alpha, base::Real{0, 1},
                                 {"So many words come on top, as a share of those that are there, at least one.",
                                  "n = max(1, alpha · words)", "Hardly any change.",
                                  "The text can no longer be followed."},
                                 {.tunable = true, .live = true}));
}

}
