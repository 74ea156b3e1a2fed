// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/featurizer.h"

#include <algorithm>

namespace core::data {

base::Result<at::Tensor> inputsOf(const SampleStore& samples, const Featurizer* featurizer,
                                  const std::vector<std::int64_t>& shape)
{
    std::vector<std::int64_t> whole = shape;
    whole.insert(whole.begin(), samples.size());
    at::Tensor inputs = tensor::empty(whole);
    float* out = inputs.mutable_data_ptr<float>();
    for (std::int64_t row = 0; row < samples.size(); ++row) {
        CORE_TRY(sample, samples.read(row));
        if (featurizer)
            CORE_CHECK(featurizer->apply(sample));
        if (sample.shape != shape)
            return base::Error{base::ErrorKind::Data,
                               "row " + std::to_string(row) + " has another shape than the others",
                               samples.whereOf(row),
                               {}};
        out = std::copy(sample.values.begin(), sample.values.end(), out);
    }
    return inputs;
}

base::Result<std::shared_ptr<const Featurizer>> makeFeaturizer(const Loaded&, const spec::DataSpec&,
                                                               std::span<const std::int64_t>)
{
    return std::shared_ptr<const Featurizer>();
}

}
