// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/loss_scaler.h"

namespace core::train {

namespace {

constexpr double first = 65536, growth = 2, backoff = 0.5, interval = 2000;

}

LossScaler::LossScaler() : m_state(tensor::zeros({2}, at::kDouble))
{
    m_state.mutable_data_ptr<double>()[0] = first;
}

double LossScaler::scale() const
{
    return m_state.const_data_ptr<double>()[0];
}

void LossScaler::update(bool finite)
{
    double* state = m_state.mutable_data_ptr<double>();
    if (!finite) {
        state[0] *= backoff;
        state[1] = 0;
    } else if (++state[1] == interval) {
        state[0] *= growth;
        state[1] = 0;
    }
}

base::Status LossScaler::load(const base::Blob& saved)
{
    CORE_TRY(tensor, tensor::fromBlob(saved));
    if (tensor.sizes() != m_state.sizes() || tensor.scalar_type() != at::kDouble)
        return base::Error{base::ErrorKind::Data, "the loss scale is not two float64", saved.name, {}};
    m_state.copy_(tensor);
    return {};
}

}
