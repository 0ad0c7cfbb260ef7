#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace rootpool::core {

template <typename T>
class Pool;

/// Base of an object that lives in a Pool and is counted by PoolPtr. Not thread-safe: a simulation is one thread.
template <typename T>
class Pooled {
public:
    Pooled() = default;
    Pooled(const Pooled&) = delete;
    Pooled& operator=(const Pooled&) = delete;

    void acquire() noexcept { ++references_; }
    void release() noexcept {
        if (--references_ == 0) {
            owner_->recycle(static_cast<T*>(this));
        }
    }

protected:
    ~Pooled() = default;

private:
    friend class Pool<T>;
    Pool<T>* owner_ = nullptr;
    std::uint32_t references_ = 0;
};

/// Shared ownership of a pooled object, one pointer wide.
template <typename T>
class PoolPtr {
public:
    constexpr PoolPtr() noexcept = default;
    constexpr PoolPtr(std::nullptr_t) noexcept {}
    explicit PoolPtr(T* object) noexcept : object_(object) {
        if (object_ != nullptr) {
            object_->acquire();
        }
    }
    PoolPtr(const PoolPtr& other) noexcept : PoolPtr(other.object_) {}
    PoolPtr(PoolPtr&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    PoolPtr& operator=(PoolPtr other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    ~PoolPtr() {
        if (object_ != nullptr) {
            object_->release();
        }
    }

    [[nodiscard]] T* get() const noexcept { return object_; }
    T& operator*() const noexcept { return *object_; }
    T* operator->() const noexcept { return object_; }
    explicit operator bool() const noexcept { return object_ != nullptr; }
    friend bool operator==(const PoolPtr&, const PoolPtr&) noexcept = default;

private:
    T* object_ = nullptr;
};

/// A free list of T. `T` derives from Pooled<T>, is default constructible, and has `void recycled()`, called when the
/// last reference goes, to drop what it holds. Objects are allocated in blocks and never returned to the system before
/// the pool dies; the pool must outlive every pointer into it.
template <typename T>
class Pool {
public:
    Pool() = default;
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    [[nodiscard]] PoolPtr<T> make() {
        if (free_.empty()) {
            grow();
        }
        T* object = free_.back();
        free_.pop_back();
        return PoolPtr<T>(object);
    }

    /// Objects that are in use now; 0 at the end of a run, or something leaked.
    [[nodiscard]] std::size_t in_use() const noexcept { return blocks_.size() * block_size - free_.size(); }

private:
    friend class Pooled<T>;
    static constexpr std::size_t block_size = 64;

    void grow() {
        blocks_.push_back(std::make_unique<T[]>(block_size));
        free_.reserve(blocks_.size() * block_size);
        for (std::size_t i = block_size; i-- > 0;) {
            T* object = &blocks_.back()[i];
            object->owner_ = this;
            free_.push_back(object);
        }
    }
    void recycle(T* object) noexcept {
        object->recycled();
        free_.push_back(object);
    }

    std::vector<std::unique_ptr<T[]>> blocks_;
    std::vector<T*> free_;
};

} // namespace rootpool::core
