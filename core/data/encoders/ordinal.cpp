// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/encoder.h"

namespace core::data::encoders::ordinal {

namespace {

struct Spec {};

/// scikit-learn's OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1).
class Ordinal final : public Encoder {
public:
    explicit Ordinal(Spec) {}

    WordValues learn(const WordColumn& column, const base::Draw&) const override
    {
        WordValues made{{""}, {}, {-1}, {}};
        for (std::size_t i = 0; i < column.words.size(); ++i)
            made.values.push_back({float(i)});
        return made;
    }
};

}

void enroll(Encoders& all)
{
    all.add<Ordinal>(
        "ordinal", "Numbers in alphabetical order",
        "One column: 0 for the first text, 1 for the next. Good for trees; a network takes the order for a "
        "fact.",
        base::Fields<Spec>{});
}

}
