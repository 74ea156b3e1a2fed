// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/wordnet.h"
#include "core/data/ops/words.h"
#include "core/data/transform.h"

namespace core::data::transforms::synonym_replacement {

namespace {

struct Spec {
    double alpha = 0.1;
};

class SynonymReplacement final : public Transform {
public:
    static base::Result<std::unique_ptr<Transform>> make(Spec spec)
    {
        CORE_TRY(words, WordNet::open(WordNet::usualFolder()));
        return std::unique_ptr<Transform>(new SynonymReplacement(spec, std::move(words)));
    }

    Works works() const override { return Works::Text; }

    void apply(Sample& sample, const base::Draw& draw) const override
    {
        WordList words(sample.text);
        replaceWords(
            words, m_spec.alpha, [this](std::string_view word) { return m_wordNet->synonyms(word); }, draw);
        sample.text = words.text();
    }

private:
    Spec m_spec;
    std::shared_ptr<const WordNet> m_wordNet;

    SynonymReplacement(Spec spec, std::shared_ptr<const WordNet> wordNet) : m_spec(spec), m_wordNet(std::move(wordNet))
    {
    }
};

}

void enroll(Transforms& all)
{
    all.add<SynonymReplacement>(
        "SynonymReplacement", "Synonym replacement",
        "Replaces some words by others that mean the same, from WordNet (EDA, Wei & Zou 2019). English; words that "
        "only hold sentences together stay.",
        base::Fields<Spec>{}.add("alpha", &Spec::alpha, base::Real{0, 1},
                                 {"Share of the words that are replaced, at least one.", "n = max(1, alpha · words)",
                                  "Hardly any change.", "The text says something else."},
                                 {.tunable = true, .live = true}));
}

}
