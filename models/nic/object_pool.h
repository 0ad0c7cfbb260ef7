#pragma once

#include <memory>
#include <vector>

namespace rootpool::models {

/// Objects with one owner at a time and an address that stays: work items of the engines. Given back, not destroyed.
template <typename T>
class ObjectPool {
public:
    [[nodiscard]] T* take() {
        if (free_.empty()) {
            all_.push_back(std::make_unique<T>());
            free_.reserve(all_.size());
            return all_.back().get();
        }
        T* object = free_.back();
        free_.pop_back();
        return object;
    }
    void give_back(T* object) { free_.push_back(object); }
    [[nodiscard]] std::size_t in_use() const noexcept { return all_.size() - free_.size(); }

private:
    std::vector<std::unique_ptr<T>> all_;
    std::vector<T*> free_;
};

} // namespace rootpool::models
