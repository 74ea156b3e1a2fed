// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/shared_columns.h"

#include <cstring>

namespace core::store {

namespace {

// Series are written in the order of their names: those that were taken together mostly stand together.
constexpr std::size_t mostRemembered = 8;

}

template <class T>
bool SharedColumns::linked(Lately<T>& lately, const std::string& path, const std::vector<T>& values)
{
    const std::size_t bytes = values.size() * sizeof(T);
    for (const Written<T>& one : lately)
        if (one.values->size() == values.size() &&
            (bytes == 0 || std::memcmp(one.values->data(), values.data(), bytes) == 0)) {
            h5::link(m_file, one.path, path);
            return true;
        }
    lately.push_front({&values, path});
    if (lately.size() > mostRemembered)
        lately.pop_back();
    return false;
}

h5::DatasetOptions SharedColumns::options(std::size_t size, bool plain) const
{
    h5::DatasetOptions options = plain ? h5::DatasetOptions{} : h5::packed(size);
    options.loosely = m_loosely;
    return options;
}

void SharedColumns::write(const std::string& path, const std::vector<std::int64_t>& values, bool plain)
{
    if (!linked(m_integers, path, values))
        h5::createIntegers(m_file, path, values, options(values.size(), plain));
}

void SharedColumns::write(const std::string& path, const std::vector<double>& values, bool plain)
{
    if (!linked(m_reals, path, values))
        h5::createReals(m_file, path, values, options(values.size(), plain));
}

void SharedColumns::write(const std::string& path, const std::vector<std::string>& values)
{
    if (!values.empty() || m_noTexts.empty())
        h5::createTexts(m_file, path, values);
    else
        h5::link(m_file, m_noTexts, path);
    if (values.empty())
        m_noTexts = path;
}

}
